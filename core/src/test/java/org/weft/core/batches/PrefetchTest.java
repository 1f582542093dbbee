package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading ahead changes who waits, not what is read. */
@Timeout(30)
class PrefetchTest {

    /** Notes each read and who made it; reads of the prefetch thread wait for a permit. */
    private static final class RecordingSource implements BatchSource<Batch> {
        final List<String> reads = Collections.synchronizedList(new ArrayList<>());
        final Semaphore permits = new Semaphore(0);
        final CountDownLatch readAhead = new CountDownLatch(2);
        volatile boolean closed;

        @Override
        public Batch training(int step, int lane, int microBatch) {
            boolean ahead = Thread.currentThread().getName().equals("weft-prefetch");
            if (ahead) {
                permits.acquireUninterruptibly();
            }
            reads.add((ahead ? "ahead " : "direct ") + step + "/" + lane + "/" + microBatch);
            readAhead.countDown();
            if (lane == 13) {
                throw new IllegalArgumentException("no lane 13");
            }
            return Batch.causal(1, 2, new int[] {step, lane, microBatch});
        }

        @Override
        public double targets(int step) {
            return 16;
        }

        @Override
        public Batch validation(int index) {
            return Batch.causal(1, 1, new int[] {index, 99});
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final RecordingSource source = new RecordingSource();

    @Test
    void readsAnnouncedLanesAhead() throws Exception {
        source.permits.release(100);
        try (Prefetch<Batch> prefetch = new Prefetch<>(source, 2, 8)) {
            prefetch.start();
            prefetch.start();
            prefetch.announce(5, 1);
            prefetch.announce(5, 1);
            assertThat(source.readAhead.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(prefetch.training(5, 1, 0).tokens()).containsExactly(5, 1, 0);
            assertThat(prefetch.training(5, 1, 1).tokens()).containsExactly(5, 1, 1);
        }
        assertThat(source.reads).startsWith("ahead 5/1/0", "ahead 5/1/1");
        assertThat(source.closed).isTrue();
    }

    @Test
    void foreseesTheRestOfTheLaneAndItsNextStep() throws Exception {
        source.permits.release(100);
        try (Prefetch<Batch> prefetch = new Prefetch<>(source, 2, 8)) {
            prefetch.start();
            assertThat(prefetch.training(5, 1, 0).tokens()).containsExactly(5, 1, 0);
            assertThat(source.readAhead.await(20, TimeUnit.SECONDS)).isTrue();
            prefetch.training(5, 1, 1);
            prefetch.training(6, 1, 0);
            prefetch.training(6, 1, 1);
        }
        assertThat(source.reads).contains("direct 5/1/0").doesNotHaveDuplicates();
        assertThat(source.reads).doesNotContain("direct 5/1/1");
    }

    @Test
    void readsDirectlyOnAMissAndWhereTheReaderIsBehind() throws Exception {
        try (Prefetch<Batch> prefetch = new Prefetch<>(source, 2, 8)) { // not started: the reader never comes
            prefetch.announce(5, 1);
            assertThat(prefetch.training(5, 1, 1).tokens()).containsExactly(5, 1, 1);
            assertThat(prefetch.training(6, 0, 0).tokens()).containsExactly(6, 0, 0);
            assertThat(prefetch.training(5, 1, 1).tokens()).containsExactly(5, 1, 1);
            assertThat(prefetch.validation(0).tokens()).containsExactly(0, 99);
        }
        assertThat(source.reads).containsExactly("direct 5/1/1", "direct 6/0/0", "direct 5/1/1");
    }

    @Test
    void holdsNoMoreThanItsCapacityAndForgetsStaleSteps() throws Exception {
        source.permits.release(100);
        try (Prefetch<Batch> prefetch = new Prefetch<>(source, 2, 3)) {
            prefetch.announce(5, 1);
            prefetch.announce(5, 2); // only its first fits
            prefetch.announce(2, 0); // a rewind: step 5 is given up
            prefetch.start();
            assertThat(source.readAhead.await(20, TimeUnit.SECONDS)).isTrue();
            prefetch.training(2, 0, 1);
            prefetch.training(5, 2, 1);
        }
        assertThat(source.reads).containsExactly("ahead 2/0/0", "ahead 2/0/1", "direct 5/2/1");
    }

    @Test
    void throwsWhatTheReadThrew() throws Exception {
        source.permits.release(100);
        try (Prefetch<Batch> prefetch = new Prefetch<>(source, 2, 8)) {
            prefetch.start();
            prefetch.announce(1, 13);
            assertThat(source.readAhead.await(20, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> prefetch.training(1, 13, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no lane 13");
        }
    }
}
