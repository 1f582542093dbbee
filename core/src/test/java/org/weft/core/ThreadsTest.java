package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    private final Threads threads = Threads.MACHINE;

    @Test
    void threadsHaveTheirNamesAndKeepNoProcessAlive() throws Exception {
        for (ExecutorService executor : new ExecutorService[] {threads.single("weft-a"), threads.timer("weft-a")}) {
            Thread thread = executor.submit(Thread::currentThread).get(20, TimeUnit.SECONDS);
            executor.shutdown();
            assertThat(thread.getName()).isEqualTo("weft-a");
            assertThat(thread.isDaemon()).isTrue();
        }
    }

    @Test
    void aWaitEndsWithTheValueOrWithItsTime() throws Exception {
        assertThat(threads.await(CompletableFuture.completedFuture(7), 1)).isEqualTo(7);
        assertThatThrownBy(() -> threads.await(new CompletableFuture<>(), 1)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void aPauseLastsAndAnInterruptEndsIt() throws Exception {
        long start = threads.nanoTime();
        threads.pause(2, "server 2");
        assertThat(threads.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> threads.pause(60_000, "server 2"))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("server 2 was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
