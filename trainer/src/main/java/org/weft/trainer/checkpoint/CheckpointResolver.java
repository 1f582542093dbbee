package org.weft.trainer.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.WeftException;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/** Finds the checkpoint to go on from, and never takes one that does not verify. */
public final class CheckpointResolver {
    /** {@code shard-00000-of-00002-g0003.safetensors}, {@code step-00000200.set-aside-g3}. */
    private static final Pattern GENERATION = Pattern.compile("-g(\\d{1,9})(?:\\.|$)");

    private final Store store;
    private final Consumer<String> notices;

    /**
     * @param notices told of each checkpoint that was passed over, and why
     */
    public CheckpointResolver(Store store, Consumer<String> notices) {
        this.store = store;
        this.notices = notices;
    }

    /** What a checkpoint's directory holds. */
    enum State {
        COMMITTED,
        /** No manifest: a save that is under way, failed, or died. */
        UNCOMMITTED,
        /** A mark says that the manifest no longer counts. */
        SET_ASIDE
    }

    static State state(Store store, String directory) throws IOException {
        List<String> names =
                store.list(directory).stream().map(Store.Entry::name).toList();
        if (!names.contains(CheckpointManifest.FILE)) {
            return SetAside.isMarked(names) ? State.SET_ASIDE : State.UNCOMMITTED;
        }
        return SetAside.counts(store, directory, names) ? State.COMMITTED : State.SET_ASIDE;
    }

    /** Directories that are named as checkpoints, oldest step first. */
    static List<Store.Entry> directories(Store store, String checkpointsDir) throws IOException {
        return store.list(checkpointsDir).stream()
                .filter(entry -> entry.directory() && entry.name().matches("step-\\d{8}"))
                .toList();
    }

    /** Directories with a manifest that was not set aside, oldest step first. */
    static List<Store.Entry> committed(Store store, String checkpointsDir) throws IOException {
        List<Store.Entry> found = new ArrayList<>();
        for (Store.Entry entry : directories(store, checkpointsDir)) {
            if (state(store, entry.path()) == State.COMMITTED) {
                found.add(entry);
            }
        }
        return found;
    }

    /**
     * The newest checkpoint of a run that verifies; null where the run has none at all. One whose files cannot be read is
     * passed over like one that is damaged, unless it is the storage that does not answer.
     */
    public Checkpoint latest(String checkpointsDir) throws IOException {
        List<Store.Entry> entries = committed(store, checkpointsDir);
        for (int i = entries.size() - 1; i >= 0; i--) {
            String reason;
            try {
                return verified(entries.get(i).path());
            } catch (WeftException e) {
                reason = e.getMessage();
            } catch (IOException e) {
                if (UnreachableStorage.explain(e) != null) {
                    throw e;
                }
                reason = "its manifest cannot be read: " + e.getMessage();
            }
            notices.accept("passed over " + entries.get(i).path() + ": " + reason);
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

    /**
     * The highest generation that left a trace among a run's checkpoints, whether committed, set aside, or given up: in
     * the names of files and directories, and in manifests that can be read. 0 where there is none.
     */
    public int highestGeneration(String checkpointsDir) throws IOException {
        int highest = 0;
        for (Store.Entry entry : store.list(checkpointsDir)) {
            if (!entry.directory() || !entry.name().startsWith("step-")) {
                continue;
            }
            highest = Math.max(highest, generationIn(entry.name()));
            for (Store.Entry file : store.list(entry.path())) {
                highest = Math.max(highest, generationIn(file.name()));
            }
            highest = Math.max(highest, generationOfManifest(entry.path()));
        }
        return highest;
    }

    private static int generationIn(String name) {
        Matcher matcher = GENERATION.matcher(name);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private int generationOfManifest(String directory) throws IOException {
        try {
            return store.exists(directory + "/" + CheckpointManifest.FILE)
                    ? CheckpointManifest.load(store, directory).generation()
                    : 0;
        } catch (WeftException damaged) {
            return 0; // Its files' names have it too.
        }
    }

    /** A step's checkpoint of a run. */
    public Checkpoint step(String checkpointsDir, int step) throws IOException {
        String directory = checkpointsDir + "/" + CheckpointManifest.directoryName(step);
        if (state(store, directory) != State.COMMITTED) {
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
     * Sets a run's checkpoints beyond a step aside: a run that goes on from there writes those steps anew, and a later
     * {@code --resume} must pick up neither damaged nor abandoned ones. Nothing is deleted. Directories are renamed, or
     * marked where a rename is not one step.
     *
     * @param generation of the attempt that goes on, part of the new names
     */
    public void setAsideAfter(String checkpointsDir, int step, int generation) throws IOException {
        String kept = CheckpointManifest.directoryName(step);
        for (Store.Entry entry : committed(store, checkpointsDir)) {
            if (entry.name().compareTo(kept) > 0) {
                String what = SetAside.move(store, entry.path(), generation);
                notices.accept("the run goes on from " + kept + ": " + entry.name() + " " + what);
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

    /** An error where a checkpoint has another optimizer's state than the one configured; the first had AdamW's alone. */
    public static void requireOptimizer(Checkpoint checkpoint, OptimizerKind optimizer) {
        OptimizerKind before = ReplicaLoader.configOf(checkpoint).training().optimizer();
        if (before != optimizer) {
            throw WeftException.invalidData(
                    checkpoint.directory() + " has the state of training.optimizer=" + before.word()
                            + ", configured is " + optimizer.word(),
                    "go on with the optimizer that it was trained with, or start anew with its parameters alone: --from "
                            + checkpoint.directory());
        }
    }
}
