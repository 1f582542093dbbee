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
    private static final SparkLine OLD = new SparkLine(3, "3.5", "2.12", "javax.servlet.Servlet");
    private static final SparkLine NEW = new SparkLine(4, "4.2", "2.13", "jakarta.servlet.Servlet");

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
                .hasMessageContaining("Scala 2.13.8");
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
                                List.of(
                                        "gson-2.10.1.jar in " + folder.resolve("lib"),
                                        "gson-2.13.1.jar in " + folder.resolve("more"))),
                        new ClassPath.Twice(
                                "spark-core",
                                true,
                                List.of(
                                        "spark-core_2.12-3.5.5.jar in " + folder.resolve("lib"),
                                        "spark-core_2.13-4.2.0.jar in " + folder.resolve("more"))));
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
