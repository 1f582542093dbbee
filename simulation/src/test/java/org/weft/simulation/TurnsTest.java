package org.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Carriers carriers = new Carriers();
    private final VirtualTime time = new VirtualTime();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final Turns turns = new Turns(carriers, time::step, failures::add);

    @AfterEach
    void close() {
        carriers.close();
    }

    private Fiber start(String name, Runnable body) {
        Fiber fiber = turns.create(name, body);
        time.after(0, () -> turns.call(fiber, 0));
        return fiber;
    }

    private void sleep(long micros) {
        Fiber self = turns.running();
        long wait = self.wait;
        time.after(micros, () -> turns.call(self, wait));
        turns.await();
    }

    private void count(String name, long every) {
        for (int i = 0; i < 3; i++) {
            said.add(name + " at " + time.nowMicros());
            sleep(every);
        }
    }

    @Test
    void whoWaitsLetsOthersRunInTheOrderOfTime() {
        start("a", () -> count("a", 10));
        start("b", () -> count("b", 7));
        turns.run();
        assertThat(said).containsExactly("a at 0", "b at 0", "b at 7", "a at 10", "b at 14", "a at 20");
        assertThat(failures).isEmpty();
    }

    @Test
    void aCallToAnEarlierWaitWakesNobody() {
        Fiber[] fiber = new Fiber[1];
        fiber[0] = start("a", () -> {
            long first = turns.running().wait;
            time.after(15, () -> turns.call(fiber[0], first));
            sleep(10);
            sleep(10);
            said.add("over at " + time.nowMicros());
        });
        turns.run();
        assertThat(said).containsExactly("over at 20");
    }

    @Test
    void theDeadComeOutOfTheirWaitAndRunNoFurther() {
        Fiber fiber = start("a", () -> {
            try {
                sleep(100);
                said.add("lives");
            } finally {
                said.add("leaves at " + time.nowMicros());
            }
        });
        time.after(5, () -> turns.kill(Set.of(fiber), event -> time.after(0, event)));
        turns.run();
        assertThat(said).containsExactly("leaves at 5");
        assertThat(failures).isEmpty();
    }

    @Test
    void whatIsLeftAtTheEndLeaves() {
        start("a", () -> {
            try {
                turns.await();
            } finally {
                said.add("leaves");
            }
        });
        turns.run();
        assertThat(said).containsExactly("leaves");
    }

    @Test
    void aFailureIsToldAndEndsNothingElse() {
        start("a", () -> {
            throw new IllegalStateException("a failed");
        });
        start("b", () -> count("b", 1));
        turns.run();
        assertThat(failures).singleElement().satisfies(e -> assertThat(e).hasMessage("a failed"));
        assertThat(said).hasSize(3);
    }
}
