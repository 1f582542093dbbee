package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.Notice;
import org.weft.coordinator.RunEvent;
import org.weft.coordinator.RunListener;
import org.weft.core.Threads;
import org.weft.core.protocol.SavedRange;

/** Who is told on which thread, and in which order. */
@Timeout(30)
class RunObserverTest {
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

    @Test
    void storageIsWaitedForByOneThreadAlone() throws Exception {
        CountDownLatch storage = new CountDownLatch(1);
        RunListener slow = new RunListener() {
            @Override
            public void stepDone(Step step) {
                await(storage);
                heard.add(
                        "file " + step.step() + " on " + Thread.currentThread().getName());
            }
        };
        try (RunObserver observer =
                new RunObserver(List.of(recorder("now")), List.of(slow, recorder("file")), Threads.MACHINE)) {
            observer.stepDone(step(1));
            observer.evaluated(1, new Evaluation(2.5, List.of()));
            observer.checkpointWritten(3, 1, 0, List.of());
            assertThat(heard).as("nobody waited").containsExactly("now step 1", "now evaluated 1", "now written 1");
            heard.clear();
            storage.countDown();
        }
        assertThat(heard)
                .containsExactly("file 1 on weft-run-files", "file step 1", "file evaluated 1", "file written 1");
    }

    @Test
    void whatIsToldAfterTheEndIsHeardAtOnceOrNotAtAll() {
        RunObserver observer = new RunObserver(List.of(recorder("now")), List.of(recorder("file")), Threads.MACHINE);
        observer.close();
        observer.notice(new Notice(RunEvent.LEFT, "worker 1", "", "a worker left"));
        observer.generationBegan(4, 2);
        observer.checkpointFailed(2, "disk");
        observer.close();
        assertThat(heard).containsExactly("now a worker left", "now generation 4", "now failed 2");
    }

    @Test
    void aListenerThatFailsKeepsNothingFromThoseBehindIt() {
        RunListener broken = new RunListener() {
            @Override
            public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> files) {
                throw new IllegalStateException("a caller's mistake");
            }
        };
        try (RunObserver observer = new RunObserver(List.of(), List.of(broken, recorder("file")), Threads.MACHINE)) {
            observer.checkpointWritten(1, 7, 0, List.of());
        }
        assertThat(heard).containsExactly("file written 7");
    }

    private RunListener recorder(String who) {
        return new RunListener() {
            @Override
            public void stepDone(Step step) {
                heard.add(who + " step " + step.step());
            }

            @Override
            public void evaluated(int step, Evaluation evaluation) {
                heard.add(who + " evaluated " + step);
            }

            @Override
            public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> files) {
                heard.add(who + " written " + step);
            }

            @Override
            public void checkpointFailed(int step, String cause) {
                heard.add(who + " failed " + step);
            }

            @Override
            public void generationBegan(int generation, int step) {
                heard.add(who + " generation " + generation);
            }

            @Override
            public void notice(Notice notice) {
                heard.add(who + " " + notice.text());
            }
        };
    }

    private static RunListener.Step step(int step) {
        return new RunListener.Step(step, 1, 0.1, 1, 8, 10, List.of(), 0, false, Map.of());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
