package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Signals that are told of on their way to whom they go to. */
@Timeout(60)
class StopNoticesTest {

    @Test
    void aSignalIsToldOfAndGoesOn() throws InterruptedException {
        for (String name : new String[] {"TERM", "INT"}) {
            Signal signal = new Signal(name);
            Semaphore arrived = new Semaphore(0);
            CountDownLatch told = new CountDownLatch(1);
            SignalHandler before = Signal.handle(signal, got -> arrived.release());
            try {
                try (StopNotices notices = new StopNotices(told::countDown)) {
                    Signal.raise(signal);
                    assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
                    assertThat(told.getCount()).isZero();
                }
                Signal.raise(signal);
                assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS))
                        .as("as before")
                        .isTrue();
            } finally {
                Signal.handle(signal, before);
            }
        }
    }
}
