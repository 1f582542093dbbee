package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.package$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

class SparkLineTest {
    private static final SparkLine OLD = SparkLine.ALL.get(0);
    private static final SparkLine NEW = SparkLine.ALL.get(1);

    @TempDir
    Path folder;

    @Test
    void theClassPathSaysWhatItsClassesSay() {
        SparkRelease found = SparkRelease.ofClassPath();
        assertThat(found.spark()).isEqualTo(package$.MODULE$.SPARK_VERSION());
        assertThat(found.scala()).isEqualTo(scala.util.Properties.versionNumberString());
        assertThat(found.hadoop()).isEqualTo(org.apache.hadoop.util.VersionInfo.getVersion());
    }

    @Test
    void thisBuildFitsItsOwnClassPath() {
        assertThat(SparkLine.built().misfits(SparkRelease.ofClassPath())).isEmpty();
        assertThatCode(SparkLine::require).doesNotThrowAnyException();
    }

    @Test
    void anotherLineIsRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> OLD.requireLine(release("4.2.0", "2.13.18", "3.5.0")))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER))
                .hasMessage("this Weft is built for Spark 3.5 (Scala 2.12) and finds Spark 4.2.0 (Scala 2.13.18)")
                .extracting(e -> ((WeftException) e).hint())
                .asString()
                .contains("weft-<version>-spark4.tar.gz", "SPARK_HOME");
        assertThatThrownBy(() -> NEW.requireLine(release("3.5.5", "2.12.18", "3.3.4")))
                .hasMessageContaining("built for Spark 4.2 (Scala 2.13) and finds Spark 3.5.5 (Scala 2.12.18)");
        assertThatThrownBy(() -> OLD.requireLine(release("3.5.5", "2.13.8", "3.3.4")))
                .hasMessageContaining("Scala 2.13.8")
                .extracting(e -> ((WeftException) e).hint())
                .asString()
                .startsWith("Weft has no distribution for it")
                .contains("point SPARK_HOME at a Spark 3.5 (Scala 2.12)");
    }

    @Test
    void whatDoesNotFitIsSaid() {
        assertThat(NEW.misfits(release("4.0.1", "2.13.16", "3.4.1")))
                .singleElement()
                .satisfies(misfit -> {
                    assertThat(misfit.fails()).isFalse();
                    assertThat(misfit.finding()).contains("4.0.1", "tested with, 4.2");
                });
        assertThat(OLD.misfits(release("3.5.5", "2.12.18", "3.2.4")))
                .singleElement()
                .satisfies(misfit -> {
                    assertThat(misfit.fails()).isTrue();
                    assertThat(misfit.finding()).isEqualTo("hadoop client 3.2.4 is older than 3.3");
                });
        assertThat(NEW.misfits(new SparkRelease("4.2.0", "2.13.18", "3.5.0", name -> false)))
                .extracting(SparkLine.Misfit::finding)
                .containsExactly("jakarta.servlet.Servlet is not on the class path, which Spark's UI asks for");
    }

    @Test
    void anInstallationIsReadByItsJars() throws IOException {
        jars("jars", "spark-core_2.13-4.2.0.jar", "hadoop-client-api-3.5.0.jar", "spark-sql_2.13-4.2.0.jar");
        SparkRelease home = SparkRelease.ofHome(folder).orElseThrow();
        assertThat(List.of(home.spark(), home.scala(), home.hadoop())).containsExactly("4.2.0", "2.13", "3.5.0");
        assertThat(NEW.misfits(home)).isEmpty();
        assertThat(OLD.misfits(home)).singleElement().matches(SparkLine.Misfit::fails);
        assertThat(SparkRelease.ofHome(folder.resolve("jars"))).isEmpty();
    }

    @Test
    void twoVersionsOfAnArtifactAreSeen() throws IOException {
        List<Path> jars = jars(
                "lib",
                "gson-2.10.1.jar",
                "spark-core_2.12-3.5.5.jar",
                "pytorch-2.10.0-1.5.13.jar",
                "pytorch-2.10.0-1.5.13-linux-x86_64.jar");
        List<Path> more = jars("more", "gson-2.13.1.jar", "spark-core_2.13-4.2.0.jar", "pytorch-2.10.0-1.5.13.jar");
        ClassPath path = new ClassPath(
                List.of(jars.get(0), jars.get(1), jars.get(2), jars.get(3), more.get(0), more.get(1), more.get(2)),
                getClass().getClassLoader());

        assertThat(path.artifacts())
                .containsExactly(
                        new ClassPath.Twice(
                                "gson",
                                false,
                                List.of(place("gson-2.10.1.jar", "lib"), place("gson-2.13.1.jar", "more"))),
                        new ClassPath.Twice(
                                "spark-core",
                                true,
                                List.of(
                                        place("spark-core_2.12-3.5.5.jar", "lib"),
                                        place("spark-core_2.13-4.2.0.jar", "more"))));
    }

    @Test
    void whateverAVersionLooksLike() {
        for (String[] pair : new String[][] {
            {"guava-14.0.1.jar", "guava-33.6.0-jre.jar"},
            {"spark-core_2.12-3.5.5.jar", "spark-core_2.12-3.5.1-amzn-1.jar"},
            {"log4j-1.2-api-2.20.0.jar", "log4j-1.2-api-2.25.4.jar"},
            {"javassist-3.29.2-GA.jar", "javassist-3.30.2-GA.jar"},
            {"orc-core-1.9.5-shaded-protobuf.jar", "orc-core-2.3.0-shaded-protobuf.jar"},
            {"netty-common-4.1.96.Final.jar", "netty-common-4.2.13.Final.jar"},
            {"pytorch-2.10.0-1.5.13-linux-x86_64.jar", "pytorch-2.10.0-1.5.14-linux-x86_64.jar"}
        }) {
            assertThat(new ClassPath(
                                    List.of(Path.of("/a", pair[0]), Path.of("/b", pair[1])),
                                    getClass().getClassLoader())
                            .artifacts())
                    .as(pair[0])
                    .singleElement()
                    .extracting(ClassPath.Twice::places)
                    .isEqualTo(List.of(new ClassPath.Place(pair[0], "/a"), new ClassPath.Place(pair[1], "/b")));
        }
        assertThat(JarName.of("netty-transport-native-epoll-4.2.13.Final-linux-riscv64.jar"))
                .contains(new JarName("netty-transport-native-epoll", "4.2.13.Final", "linux-riscv64"));
        assertThat(JarName.of("weft-core-0.1.0-tests.jar")).contains(new JarName("weft-core", "0.1.0", "tests"));
        assertThat(JarName.of("xbean-asm9-shaded-4.30.jar")).contains(new JarName("xbean-asm9-shaded", "4.30", ""));
        assertThat(JarName.of("classes")).isEmpty();
    }

    private ClassPath.Place place(String jar, String inside) {
        return new ClassPath.Place(jar, folder.resolve(inside).toString());
    }

    private List<Path> jars(String name, String... files) throws IOException {
        Path inside = Files.createDirectories(folder.resolve(name));
        List<Path> made = new java.util.ArrayList<>();
        for (String file : files) {
            made.add(Files.createFile(inside.resolve(file)));
        }
        return made;
    }

    private static SparkRelease release(String spark, String scala, String hadoop) {
        return new SparkRelease(spark, scala, hadoop, name -> true);
    }
}
