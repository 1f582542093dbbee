package org.weft.driver.run;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.MetricsLog;

/**
 * Directories of steps without a manifest. As a rule a save did not end, and nothing is lost. Where the log tells of the
 * commit, it is a checkpoint that was deleted or copied in part.
 *
 * @param steps all of them, oldest first
 * @param committed those of the log's checkpoints
 */
record MissingManifests(RunDirectory run, List<Integer> steps, Set<Integer> committed) {

    static MissingManifests of(Store store, RunDirectory run, CheckpointResolver resolver) throws IOException {
        List<Integer> steps = resolver.uncommittedSteps(run);
        return new MissingManifests(run, steps, steps.isEmpty() ? Set.of() : MetricsLog.checkpoints(store, run));
    }

    /** Fails where a run that begins at step 0 would write over checkpoints. */
    void requireNothingLost() {
        List<String> lost = steps.stream()
                .filter(committed::contains)
                .map(RunDirectory::stepName)
                .toList();
        if (!lost.isEmpty()) {
            throw WeftException.invalidData(
                    run.checkpoints() + " has no whole checkpoint: " + lost + " are without " + CheckpointManifest.FILE
                            + ", though " + run.metrics() + " tells of their commits",
                    "restore the missing files from a copy; to begin anew, give another run.dir or remove these"
                            + " directories");
        }
    }

    /** What is to be said of each one beyond a step. */
    List<String> after(int step) {
        return steps.stream()
                .filter(each -> each > step)
                .map(each -> "passed over " + run.step(each) + ": no " + CheckpointManifest.FILE
                        + (committed.contains(each)
                                ? ", though " + run.metrics() + " tells of its commit"
                                : ", its save did not end"))
                .toList();
    }
}
