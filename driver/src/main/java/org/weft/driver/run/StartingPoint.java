package org.weft.driver.run;

import java.io.IOException;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.progress.Progress;

/** Where a run starts, by what was asked for and by what its directory has; refuses what would lose anything. */
record StartingPoint(Store store, Progress progress) {

    /**
     * The checkpoint that a run goes on from; null where it begins.
     *
     * @param resume as for {@link TrainingRun#run}
     */
    Checkpoint of(String resume, Subject subject, CheckpointResolver resolver) throws IOException {
        RunDirectory directory = subject.config().run().directory();
        if (resume == null) {
            requireFresh(resolver, directory);
            MissingManifests.of(store, directory, resolver).requireNothingLost();
            return null;
        }
        Checkpoint start = resume.equals(TrainingRun.LATEST)
                ? resolver.latest(directory)
                : resolver.step(directory, Integer.parseInt(resume));
        MissingManifests missing = MissingManifests.of(store, directory, resolver);
        if (start == null) {
            missing.requireNothingLost();
        }
        if (resume.equals(TrainingRun.LATEST)) {
            missing.after(start == null ? 0 : start.manifest().step()).forEach(progress::say);
        }
        if (start == null) {
            progress.say("no checkpoint in " + directory.checkpoints() + " yet: starting at step 0");
            return null;
        }
        subject.identity().require(start);
        requireAhead(start, subject.config().training().steps());
        progress.say("resuming from " + start.directory());
        Map<String, String> changed = subject.identity().changedSince(start.manifest());
        if (!changed.isEmpty()) {
            progress.say("changed since that checkpoint: " + changed);
        }
        String rate = Remarks.onResumedRate(
                ReplicaLoader.configOf(start).training(),
                subject.config().training(),
                start.manifest().step());
        if (!rate.isEmpty()) {
            progress.say(rate);
        }
        return start;
    }

    /** A run that is further than its configuration says would be called by that from here on. */
    private static void requireAhead(Checkpoint start, int steps) {
        int step = start.manifest().step();
        if (step > steps) {
            throw WeftException.usage(
                    "nothing to train: training.steps=" + steps + ", and " + start.directory() + " is at step " + step
                            + " already",
                    "raise training.steps, go back with --resume STEP, or give another run.dir");
        }
    }

    private static void requireFresh(CheckpointResolver resolver, RunDirectory directory) throws IOException {
        String newest = resolver.newestName(directory);
        if (newest != null) {
            throw WeftException.usage(
                    directory.checkpoints() + " already has checkpoints, the newest is " + newest,
                    "add --resume to go on from it, or give another run.dir");
        }
    }
}
