package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.lanes.LaneSpan;

/** What workers have, have computed and have lost of a pool. */
class WorkPoolTest {
    private static final LaneSpan FIRST = new LaneSpan(0, 4);
    private static final LaneSpan SECOND = new LaneSpan(4, 4);

    private final WorkPool pool = new WorkPool(8, Map.of(1, 1.0, 2, 1.0));

    private LaneSpan take(int worker, int ticket) {
        WorkPool.Taken taken = pool.take(worker, 0, ticket);
        return taken == null ? null : taken.span();
    }

    @Test
    void whatIsComputedIsNotGivenAgain() {
        assertThat(take(1, 7)).isEqualTo(FIRST);
        assertThat(pool.take(1, 5, 8).ticket()).as("an answer that was lost").isEqualTo(7);
        pool.computed(1, 6);
        assertThat(take(1, 8)).as("another ticket's").isEqualTo(FIRST);
        pool.computed(1, 7);
        assertThat(take(1, 8)).isNull();
        assertThat(pool.open()).containsEntry(1, FIRST);
        pool.deliver(1, FIRST, new double[4]);
        assertThat(pool.given()).doesNotContainKey(1);
        assertThat(take(2, 9)).isEqualTo(SECOND);
        pool.deliver(2, SECOND, new double[4]);
        assertThat(pool.isComplete()).isTrue();
    }

    @Test
    void whatALostWorkerHadComputedGoesToOthers() {
        take(1, 7);
        pool.computed(1, 7);
        pool.forgetComputed(1);
        take(2, 8);
        pool.deliver(2, SECOND, new double[4]);
        assertThat(take(2, 9)).isEqualTo(FIRST);
    }

    @Test
    void aReleasedWorkersSpansAreCutForThoseWhoWait() {
        take(1, 7);
        pool.computed(1, 7);
        assertThat(pool.release(1, 2)).isTrue();
        assertThat(take(1, 8)).isEqualTo(new LaneSpan(0, 2));
        assertThat(take(2, 9)).isEqualTo(SECOND);
        assertThat(pool.release(3, 2)).isFalse();
    }

    @Test
    void whatAWorkerHasNotReportedIsNamed() {
        take(1, 7);
        pool.computed(1, 7);
        assertThat(pool.unreported(1)).containsExactly(FIRST);
        assertThat(pool.unreported(2)).as("planned, not given").isEmpty();
        pool.deliver(2, FIRST, new double[4]);
        assertThat(pool.unreported(1)).as("others were faster").isEmpty();
    }

    @Test
    void lateSpansAreOfferedOnceAndPlannedOnesAtOnce() {
        take(1, 7);
        pool.computed(1, 7);
        WorkPool.Taken late = pool.given().get(1).get(0);
        assertThat(pool.offerAgain(1, late, 1)).isTrue();
        assertThat(pool.offerAgain(1, late, 1)).isFalse();
        pool.releasePlanned(2, 1);
        assertThat(take(3, 8)).isEqualTo(FIRST);
        assertThat(take(4, 9)).isEqualTo(SECOND);
        assertThat(take(5, 10)).isNull();
    }
}
