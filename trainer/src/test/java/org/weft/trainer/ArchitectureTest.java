package org.weft.trainer;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Who may know whom: docs/architecture.md. Maven's modules keep most of it; here stand the whole table and what modules
 * cannot say, which library belongs to which room. A rule that fails names the class and the line.
 */
class ArchitectureTest {
    /** Each room and the rooms that it may know; {@code engine.torch} and {@code bench} are no one's to know. */
    private static final Map<String, Set<String>> ROOMS = new TreeMap<>(Map.ofEntries(
            Map.entry("core", Set.of()),
            Map.entry("engine", Set.of("core")),
            Map.entry("engine.torch", Set.of("core", "engine")),
            Map.entry("parameterserver", Set.of("core")),
            Map.entry("worker", Set.of("core", "engine")),
            Map.entry("coordinator", Set.of("core")),
            Map.entry("corpus", Set.of("core")),
            Map.entry("driver", Set.of("core", "engine", "parameterserver", "worker", "coordinator", "corpus")),
            Map.entry("monitoring", Set.of("core", "coordinator", "driver")),
            Map.entry("hub", Set.of("core", "engine", "corpus", "driver")),
            Map.entry("jinja", Set.of()),
            Map.entry("tuning", Set.of("core", "engine", "corpus", "driver", "hub", "jinja")),
            Map.entry("serve", Set.of("core", "engine", "corpus", "driver", "hub", "tuning"))));

    /** Spark's wire is a library of its own, which core's transport stands on; everything else of Spark is a job's. */
    private static final DescribedPredicate<JavaClass> SPARK_JOBS = resideInAPackage("org.apache.spark..")
            .and(DescribedPredicate.not(resideInAnyPackage("org.apache.spark.network..", "org.apache.spark.util..")))
            .as("Spark beyond its wire");

    private static final DescribedPredicate<JavaClass> HADOOP_FILES = assignableTo("org.apache.hadoop.fs.FileSystem")
            .or(assignableTo("org.apache.hadoop.fs.AbstractFileSystem"))
            .or(resideInAPackage("org.apache.hadoop.fs").and(simpleName("FileContext")))
            .as("Hadoop's FileSystem and FileContext");

    private static JavaClasses weft;

    @BeforeAll
    static void importClasses() {
        weft = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/test-classes/")) // Of any build directory.
                .importPackages("org.weft");
    }

    @Test
    void seesEveryRoom() {
        for (String room : ROOMS.keySet()) {
            assertThat(weft.that(in(room))).as(room).isNotEmpty();
        }
        assertThat(weft.that(in("trainer"))).isNotEmpty();
        assertThat(weft.contain(org.weft.core.storage.HadoopStore.class)).isTrue();
    }

    @Test
    void roomsKnowOnlyTheRoomsBelow() {
        for (Map.Entry<String, Set<String>> room : ROOMS.entrySet()) {
            Set<String> others = new TreeSet<>(ROOMS.keySet());
            others.addAll(List.of("trainer", "dl4j", "clusters", "bench"));
            others.remove(room.getKey());
            others.removeAll(room.getValue());
            for (String other : others) {
                noClasses()
                        .that(in(room.getKey()))
                        .should()
                        .dependOnClassesThat(in(other))
                        .as(room.getKey() + " knows nothing of " + other)
                        .check(weft);
            }
        }
        independent("org.weft.trainer..", "org.weft.bench..", "org.weft.clusters..", "org.weft.dl4j..")
                .check(weft);
    }

    @Test
    void sparkJobsAreTheDriversAndItsGuests() {
        onlyIn(
                        SPARK_JOBS,
                        "org.weft.corpus..",
                        "org.weft.driver..",
                        "org.weft.monitoring..",
                        "org.weft.tuning..",
                        "org.weft.trainer..",
                        "org.weft.bench..")
                .check(weft);
    }

    @Test
    void scalasCollectionsStayWhereSparksDiffer() {
        onlyIn(resideInAPackage("scala.collection.."), "org.weft.driver.spark..", "org.weft.monitoring.spark..")
                .check(weft);
    }

    @Test
    void tensorsStayInTheEngine() {
        onlyIn(resideInAPackage("org.bytedeco.."), "org.weft.engine.torch..", "org.weft.bench..")
                .check(weft);
    }

    @Test
    void filesAreReadThroughStorage() {
        onlyIn(HADOOP_FILES, "org.weft.core.storage..").check(weft);
    }

    @Test
    void onlyLocalStartsAnHdfs() {
        DescribedPredicate<JavaClass> client = JavaClass.Predicates.type(DistributedFileSystem.class);
        onlyIn(
                        resideInAPackage("org.apache.hadoop.hdfs..").and(DescribedPredicate.not(client)),
                        "org.weft.driver.local..")
                .check(weft);
        onlyIn(client, "org.weft.core.storage..").check(weft);
    }

    @Test
    void kryoStaysInTheProtocol() {
        onlyIn(resideInAnyPackage("com.esotericsoftware.."), "org.weft.core.protocol..")
                .check(weft);
    }

    @Test
    void metricsAreArithmetic() {
        independent("org.weft.tuning.metrics..", "org.apache..", "com.fasterxml..", "org.weft.tuning.report..")
                .check(weft);
    }

    @Test
    void theWireNamesWhatModelsAreAndNotTheOtherWay() {
        for (String below : List.of("optim", "checkpoint", "params", "model")) {
            independent("org.weft.core." + below + "..", "org.weft.core.protocol..", "org.weft.core.transport..")
                    .check(weft);
        }
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.weft.(**)").should().beFreeOfCycles().check(weft);
    }

    @Test
    void rulesFindAViolation() {
        assertThatThrownBy(() -> onlyIn(HADOOP_FILES, "org.weft.nowhere").check(weft))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("HadoopStore");
        assertThatThrownBy(() -> independent("org.weft.core.storage..", "org.apache.hadoop..")
                        .check(weft))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("HadoopStore");
        assertThatThrownBy(() -> onlyIn(resideInAPackage("org.apache.hadoop.hdfs.."), "org.weft.core..")
                        .check(weft))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("EmbeddedHdfs");
        assertThatThrownBy(() -> onlyIn(resideInAPackage("scala.collection.."), "org.weft.nowhere")
                        .check(weft))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ScalaCollections");
        assertThatThrownBy(() -> noClasses()
                        .that(in("engine.torch"))
                        .should()
                        .dependOnClassesThat(in("engine"))
                        .check(weft))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("TorchReplica");
    }

    /** The engine's room and that of its libtorch side share a prefix, so a room is not all that begins with its name. */
    private static DescribedPredicate<JavaClass> in(String room) {
        DescribedPredicate<JavaClass> inside = resideInAPackage("org.weft." + room + "..");
        return room.equals("engine")
                ? inside.and(DescribedPredicate.not(resideInAPackage("org.weft.engine.torch..")))
                : inside;
    }

    private static ArchRule independent(String module, String... others) {
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }

    private static ArchRule onlyIn(DescribedPredicate<JavaClass> library, String... packages) {
        return noClasses()
                .that()
                .resideInAPackage("org.weft..")
                .and()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat(library);
    }
}
