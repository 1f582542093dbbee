package org.weft.trainer.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;

class StopAtStepTest {
    /** Or it would train to its end, which may be days away. */
    @Test
    void storageThatDoesNotAnswerOnceDoesNotEndTheWatch() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Store store = (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new IOException("no answer");
                    }
                    return asked.get() > 2;
                });
        CountDownLatch stopped = new CountDownLatch(1);
        Progress progress = new Progress(new PrintStream(PrintStream.nullOutputStream()), false, System::nanoTime);
        try (var listening = new StopAtStep(store, "checkpoints/step-00000004", Duration.ofMillis(5))
                .listen(stopped::countDown, progress)) {
            assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(asked.get()).isEqualTo(3);
    }
}
