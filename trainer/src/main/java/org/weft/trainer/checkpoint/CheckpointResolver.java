package org.weft.trainer.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Store;

/** Finds the checkpoint to go on from, and never takes one that does not verify. */
public final class CheckpointResolver {
    private final Store store;
    private final Consumer<String> notices;

    /**
     * @param notices told of each checkpoint that was passed over, and why
     */
    public CheckpointResolver(Store store, Consumer<String> notices) {
        this.store = store;
        this.notices = notices;
    }

    /** Directories with a manifest, oldest step first. */
    static List<Store.Entry> committed(Store store, String checkpointsDir) throws IOException {
        List<Store.Entry> found = new ArrayList<>();
        for (Store.Entry entry : store.list(checkpointsDir)) {
            boolean named = entry.directory() && entry.name().matches("step-\\d{8}");
            if (named && store.exists(entry.path() + "/" + CheckpointManifest.FILE)) {
                found.add(entry);
            }
        }
        return found;
    }

    /** The newest checkpoint of a run that verifies; null where the run has none at all. */
    public Checkpoint latest(String checkpointsDir) throws IOException {
        List<Store.Entry> entries = committed(store, checkpointsDir);
        for (int i = entries.size() - 1; i >= 0; i--) {
            try {
                return verified(entries.get(i).path());
            } catch (WeftException e) {
                notices.accept("passed over " + entries.get(i).path() + ": " + e.getMessage());
            }
        }
        if (entries.isEmpty()) {
            return null;
        }
        throw WeftException.invalidData(
                "none of the " + entries.size() + " checkpoints in " + checkpointsDir + " verifies",
                "restore one from a copy, or start anew in another run.dir");
    }

    /** Name of a run's newest committed checkpoint, or null. */
    public String newestName(String checkpointsDir) throws IOException {
        List<Store.Entry> entries = committed(store, checkpointsDir);
        return entries.isEmpty() ? null : entries.get(entries.size() - 1).name();
    }

    /** The highest generation that any of a run's checkpoints was written in; 0 where there is none. */
    public int highestGeneration(String checkpointsDir) throws IOException {
        int highest = 0;
        for (Store.Entry entry : committed(store, checkpointsDir)) {
            try {
                highest = Math.max(
                        highest, CheckpointManifest.load(store, entry.path()).generation());
            } catch (WeftException damaged) {
                notices.accept(damaged.getMessage());
            }
        }
        return highest;
    }

    /** A step's checkpoint of a run. */
    public Checkpoint step(String checkpointsDir, int step) throws IOException {
        String directory = checkpointsDir + "/" + CheckpointManifest.directoryName(step);
        if (!store.exists(directory + "/" + CheckpointManifest.FILE)) {
            List<String> known = committed(store, checkpointsDir).stream()
                    .map(Store.Entry::name)
                    .toList();
            throw WeftException.invalidData(
                    "there is no checkpoint of step " + step + " in " + checkpointsDir, "there are: " + known);
        }
        return verified(directory);
    }

    /** The checkpoint that a path stands for: a checkpoint directory, or a run directory's newest. */
    public Checkpoint at(String path) throws IOException {
        if (store.exists(path + "/" + CheckpointManifest.FILE)) {
            return verified(path);
        }
        Checkpoint newest = latest(path + "/checkpoints");
        if (newest == null) {
            throw WeftException.invalidData(
                    "there is no checkpoint at " + path,
                    "give a checkpoint directory such as .../checkpoints/step-00000200, or a run directory");
        }
        return newest;
    }

    /**
     * Moves a run's checkpoints beyond a step out of the way: a run that goes on from there writes those steps anew, and
     * a later {@code --resume} must pick up neither damaged nor abandoned ones. Nothing is deleted.
     *
     * @param generation of the attempt that goes on, part of the new names
     */
    public void setAsideAfter(String checkpointsDir, int step, int generation) throws IOException {
        String kept = CheckpointManifest.directoryName(step);
        for (Store.Entry entry : committed(store, checkpointsDir)) {
            if (entry.name().compareTo(kept) > 0) {
                String aside = entry.path() + ".set-aside-g" + generation;
                store.rename(entry.path(), aside);
                notices.accept("the run goes on from " + kept + ": " + entry.name() + " was moved to " + aside);
            }
        }
    }

    private Checkpoint verified(String directory) throws IOException {
        CheckpointManifest manifest = CheckpointManifest.load(store, directory);
        List<String> problems = new CheckpointReader(store, directory, manifest).verify();
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    directory + " does not verify: " + String.join("; ", problems),
                    "take an earlier checkpoint with --resume STEP");
        }
        return new Checkpoint(directory, manifest);
    }

    /** An error where a checkpoint is of another model than the one configured. */
    public static void requireLayout(Checkpoint checkpoint, ParameterLayout layout) {
        CheckpointManifest manifest = checkpoint.manifest();
        if (!manifest.layoutHash().equals(layout.hash())) {
            throw WeftException.invalidData(
                    checkpoint.directory() + " is of another model: parameters=" + manifest.parameters()
                            + " vocabulary=" + manifest.vocabSize() + " model="
                            + manifest.config().path("model") + " configured parameters=" + layout.size(),
                    "give the model section that it was trained with, or start anew in another run.dir");
        }
    }
}
