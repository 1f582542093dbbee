package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/** Finds the checkpoint to go on from, and never takes one that does not verify. */
public final class CheckpointResolver {
    private final Store store;
    private final Consumer<String> notices;
    private final VerifiedCheckpoints verified;

    /**
     * @param notices told of each checkpoint that was passed over, and why
     */
    public CheckpointResolver(Store store, Consumer<String> notices) {
        this(store, notices, VerifiedCheckpoints.none());
    }

    /**
     * @param verified what need not be read again; what is read here is added
     */
    public CheckpointResolver(Store store, Consumer<String> notices, VerifiedCheckpoints verified) {
        this.store = store;
        this.notices = notices;
        this.verified = verified;
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
    static List<Store.Entry> directories(Store store, RunDirectory run) throws IOException {
        return store.list(run.checkpoints()).stream()
                .filter(entry -> entry.directory() && RunDirectory.isStep(entry.name()))
                .toList();
    }

    /** Directories with a manifest that was not set aside, oldest step first. */
    static List<Store.Entry> committed(Store store, RunDirectory run) throws IOException {
        return directories(store, run, State.COMMITTED);
    }

    private static List<Store.Entry> directories(Store store, RunDirectory run, State state) throws IOException {
        List<Store.Entry> found = new ArrayList<>();
        for (Store.Entry entry : directories(store, run)) {
            if (state(store, entry.path()) == state) {
                found.add(entry);
            }
        }
        return found;
    }

    /**
     * The newest checkpoint of a run that verifies; null where the run has none at all. One whose files cannot be read is
     * passed over like one that is damaged, unless it is the storage that does not answer.
     */
    public Checkpoint latest(RunDirectory run) throws IOException {
        List<Store.Entry> entries = committed(store, run);
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
                "none of the " + entries.size() + " checkpoints in " + run.checkpoints() + " verifies",
                "restore one from a copy, or start anew in another run.dir");
    }

    /** Name of a run's newest committed checkpoint, or null. */
    public String newestName(RunDirectory run) throws IOException {
        List<Store.Entry> entries = directories(store, run);
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (state(store, entries.get(i).path()) == State.COMMITTED) {
                return entries.get(i).name();
            }
        }
        return null;
    }

    /** The manifest of a run's newest committed checkpoint that has one to read, its files unread; null for none. */
    public CheckpointManifest newestManifest(RunDirectory run) throws IOException {
        for (String directory : newestFirst(run)) {
            try {
                return CheckpointManifest.load(store, directory);
            } catch (WeftException damaged) {
                continue; // Whoever opens the checkpoint says so.
            } catch (IOException e) {
                if (UnreachableStorage.explain(e) != null) {
                    throw e;
                }
            }
        }
        return null;
    }

    private List<String> newestFirst(RunDirectory run) throws IOException {
        List<String> paths = new ArrayList<>();
        committed(store, run).forEach(entry -> paths.add(0, entry.path()));
        return paths;
    }

    /** Steps of a run's committed checkpoints, oldest first. */
    public List<Integer> committedSteps(RunDirectory run) throws IOException {
        return steps(committed(store, run));
    }

    /** Steps of a run's directories that have no manifest and were not set aside, oldest first. */
    public List<Integer> uncommittedSteps(RunDirectory run) throws IOException {
        return steps(directories(store, run, State.UNCOMMITTED));
    }

    private static List<Integer> steps(List<Store.Entry> entries) {
        return entries.stream().map(entry -> RunDirectory.stepOf(entry.name())).toList();
    }

    /**
     * The highest generation that left a trace among a run's checkpoints, whether committed, set aside, or given up: in
     * the names of files and directories, and in manifests that can be read. 0 where there is none.
     */
    public int highestGeneration(RunDirectory run) throws IOException {
        int highest = 0;
        for (Store.Entry entry : store.list(run.checkpoints())) {
            if (!entry.directory() || !RunDirectory.wasStep(entry.name())) {
                continue;
            }
            highest = Math.max(highest, RunDirectory.generationIn(entry.name()));
            for (Store.Entry file : store.list(entry.path())) {
                highest = Math.max(highest, RunDirectory.generationIn(file.name()));
            }
            highest = Math.max(highest, generationOfManifest(entry.path()));
        }
        return highest;
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
    public Checkpoint step(RunDirectory run, int step) throws IOException {
        String directory = run.step(step);
        if (state(store, directory) != State.COMMITTED) {
            List<String> known =
                    committed(store, run).stream().map(Store.Entry::name).toList();
            throw WeftException.invalidData(
                    "there is no checkpoint of step " + step + " in " + run.checkpoints() + withoutManifest(run),
                    "there are: " + known);
        }
        return verified(directory);
    }

    /** Names what looks like checkpoints and is none. */
    private String withoutManifest(RunDirectory run) throws IOException {
        List<String> names =
                uncommittedSteps(run).stream().map(RunDirectory::stepName).toList();
        return names.isEmpty() ? "" : "; without " + CheckpointManifest.FILE + ": " + names;
    }

    /** The checkpoint that a path stands for: a checkpoint directory, or a run directory's newest. */
    public Checkpoint at(String path) throws IOException {
        if (store.exists(path + "/" + CheckpointManifest.FILE)) {
            return verified(path);
        }
        RunDirectory run = RunDirectory.of(path);
        Checkpoint newest = latest(run);
        if (newest == null) {
            throw WeftException.invalidData(
                    "there is no checkpoint at " + path + withoutManifest(run),
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
    public void setAsideAfter(RunDirectory run, int step, int generation) throws IOException {
        String kept = RunDirectory.stepName(step);
        for (Store.Entry entry : committed(store, run)) {
            if (entry.name().compareTo(kept) > 0) {
                String what = SetAside.move(store, entry.path(), generation);
                notices.accept("the run goes on from " + kept + ": " + entry.name() + " " + what);
            }
        }
    }

    private Checkpoint verified(String directory) throws IOException {
        CheckpointManifest manifest = CheckpointManifest.load(store, directory);
        Checkpoint checkpoint = new Checkpoint(directory, manifest);
        if (verified.holds(store, checkpoint)) {
            return checkpoint;
        }
        List<String> problems = new CheckpointReader(store, directory, manifest).verify();
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    directory + " does not verify: " + String.join("; ", problems),
                    "take an earlier checkpoint with --resume STEP");
        }
        verified.add(checkpoint);
        return checkpoint;
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
