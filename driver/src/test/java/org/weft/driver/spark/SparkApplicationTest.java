package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;

/** Which master an application is for: spark-submit says it by a property of the process. */
class SparkApplicationTest {
    private static final String MASTER = "spark.master";

    private String before;

    @BeforeEach
    void remember() {
        before = System.clearProperty(MASTER);
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(MASTER);
        } else {
            System.setProperty(MASTER, before);
        }
    }

    @Test
    void aRecipesMasterIsTakenWithoutSparkSubmit() {
        assertThat(master("local[3]")).isEqualTo("local[3]");
    }

    @Test
    void sparkSubmitsMasterIsTakenWhereTheRecipeHasNone() {
        System.setProperty(MASTER, "spark://host:7077");
        assertThat(master("")).isEqualTo("spark://host:7077");
        assertThat(master("spark://host:7077")).isEqualTo("spark://host:7077");
    }

    @Test
    void twoMastersAreRefused() {
        System.setProperty(MASTER, "spark://host:7077");
        assertThatThrownBy(() -> master("local[4]"))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.USAGE);
                    assertThat(e.hint()).contains("--set cluster.master=");
                })
                .hasMessage("cluster.master is local[4], and spark-submit was given the master spark://host:7077");
    }

    private static String master(String configured) {
        return SparkApplication.configuration(
                        ConfigLoader.load(
                                "test",
                                "run: {name: t, dir: 'file:///t'}\ncluster: {master: '" + configured + "'}",
                                List.of()),
                        "pretrain",
                        null)
                .get(MASTER);
    }
}
