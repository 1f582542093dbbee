package org.weft.dl4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The adapter stands outside: nothing of Weft knows it, and its packages have no cycles. */
class ModuleTest {
    private static final JavaClasses WEFT =
            new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPackages("org.weft");

    @Test
    void nothingDependsOnTheAdapter() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.weft.dl4j..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.weft.dl4j..", "org.deeplearning4j..", "org.nd4j..")
                .check(WEFT);
    }

    @Test
    void onlyItsMasterAndItsWritingKnowSpark() {
        noClasses()
                .that()
                .resideInAPackage("org.weft.dl4j.network..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.spark..")
                .check(WEFT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.weft.dl4j.(**)").should().beFreeOfCycles().check(WEFT);
    }
}
