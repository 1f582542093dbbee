package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.weft.driver.spark.TaskPlace;

/** Which tasks warm their process. */
class WarmTaskTest {

    @Test
    void oneOfAProcessDoes() {
        AtomicBoolean begun = new AtomicBoolean();
        assertThat(WarmTask.first(attempt(0), begun)).isTrue();
        assertThat(WarmTask.first(attempt(0), begun)).isFalse();
    }

    /** What brought one executor down would bring the next down, too. */
    @Test
    void noneDoesThatSparkTriesAgain() {
        assertThat(WarmTask.first(attempt(1), new AtomicBoolean())).isFalse();
        assertThat(WarmTask.first(attempt(1000), new AtomicBoolean())).isFalse();
    }

    private static TaskPlace attempt(int attempt) {
        return new TaskPlace(attempt, "node-1", "3");
    }
}
