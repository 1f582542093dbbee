package org.weft.trainer.prove;

import java.io.IOException;
import org.weft.core.DaemonThreads;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSource;

/** Asks a run to end once a step's checkpoint is committed, and leaves what a person asks to the signals. */
record StopAtStep(Store store, String checkpoint) implements StopSource {
    private static final int LOOK_MILLIS = 200;

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

    private void watch(Runnable requestStop) {
        try {
            while (!store.exists(checkpoint + "/" + CheckpointManifest.FILE)) {
                Thread.sleep(LOOK_MILLIS);
            }
            requestStop.run();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } catch (IOException unreadable) {
            // The run goes on to its end, and what is wrong with the storage is its to say.
        }
    }
}
