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
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may know whom: ARCHITECTURE, section 1. A rule that fails names the class and the line. */
class ArchitectureTest {
    private static final String CORE = "org.weft.core..";
    private static final String SERVER = "org.weft.parameterserver..";
    private static final String WORKER = "org.weft.worker..";
    private static final String TRAINER = "org.weft.trainer..";
    private static final String BENCH = "org.weft.bench..";

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
                .importPackages("org.weft");
    }

    @Test
    void seesEveryModule() {
        for (String module : new String[] {CORE, SERVER, WORKER, TRAINER}) {
            assertThat(weft.that(resideInAPackage(module))).as(module).isNotEmpty();
        }
        assertThat(weft.contain(org.weft.core.storage.HadoopStore.class)).isTrue();
    }

    @Test
    void coreKnowsNoOtherModule() {
        independent(CORE, SERVER, WORKER, TRAINER, BENCH).check(weft);
    }

    @Test
    void serverKnowsOnlyCore() {
        independent(SERVER, WORKER, TRAINER, BENCH).check(weft);
    }

    @Test
    void workerKnowsOnlyCore() {
        independent(WORKER, SERVER, TRAINER, BENCH).check(weft);
    }

    @Test
    void trainerKnowsNoMeasurements() {
        independent(TRAINER, BENCH).check(weft);
    }

    @Test
    void sparkJobsAreTheTrainers() {
        onlyIn(SPARK_JOBS, TRAINER, BENCH).check(weft);
    }

    @Test
    void tensorsStayInTheEngine() {
        onlyIn(resideInAPackage("org.bytedeco.."), "org.weft.engine.torch..", BENCH)
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
                        "org.weft.trainer.local..")
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
        independent("org.weft.tuning.metrics..", "org.apache..", "com.fasterxml..", "org.weft.driver.progress..")
                .check(weft);
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
        assertThatThrownBy(() -> onlyIn(resideInAPackage("org.apache.hadoop.hdfs.."), CORE)
                        .check(weft))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("EmbeddedHdfs");
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
