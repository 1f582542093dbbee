package org.weft.trainer.prove;

import java.io.IOException;
import java.time.Duration;
import org.weft.core.DaemonThreads;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSource;

/** Asks a run to end once a step's checkpoint is committed, and leaves what a person asks to the signals. */
record StopAtStep(Store store, String checkpoint, Duration pause) implements StopSource {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    StopAtStep(Store store, String checkpoint) {
        this(store, checkpoint, PAUSE);
    }

    @Override
    public Listening listen(Runnable requestStop, Progress progress) {
        Listening signals = StopSource.SIGNALS.listen(requestStop, progress);
        Thread watch = DaemonThreads.named("weft-stop-at-step").newThread(() -> watch(requestStop));
        watch.start();
        return () -> {
            watch.interrupt();
            signals.close();
        };
    }

    @Override
    public Listening notice(Runnable asked) {
        return StopSource.SIGNALS.notice(asked);
    }

    private void watch(Runnable requestStop) {
        try {
            while (!committed()) {
                Thread.sleep(pause.toMillis());
            }
            requestStop.run();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean committed() {
        try {
            return store.exists(checkpoint + "/" + CheckpointManifest.FILE);
        } catch (IOException unreadable) {
            return false; // It may pass; what does not is the run's to say, which writes there.
        }
    }
}
