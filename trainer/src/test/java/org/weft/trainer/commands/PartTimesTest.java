package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The parts follow each other, and their sum is what the command took. */
class PartTimesTest {
    @Test
    void eachPartHasItsOwnTime() {
        AtomicLong clock = new AtomicLong(5);
        PartTimes times = new PartTimes(clock::get);
        clock.addAndGet(2_000_000_000L);
        times.ended("prepare");
        clock.addAndGet(40_500_000_000L);
        times.ended("training");
        assertThat(times).hasToString("42 s: prepare 2 s, training 40 s");
    }
}
