package org.weft.simulation;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.simulation.Violation.Invariant;

/** Checkpoints are whole whenever one looks, and a generation starts from the last one that was committed. */
final class StoreInvariants {
    private final Simulation simulation;
    private final Invariants invariants;
    /** Versions whose commit was told to the coordinator in the generation that wrote them. */
    private final TreeSet<Integer> committed = new TreeSet<>(List.of(0));
    /** A last checkpoint may have been begun before an earlier one was committed: that one counts no more. */
    private boolean mayBeOvertaken;

    private boolean stopping;
    /** The last generation that started from a checkpoint; those after it go on with what the servers have. */
    private int loaded;

    StoreInvariants(Simulation simulation, Invariants invariants) {
        this.simulation = simulation;
        this.invariants = invariants;
    }

    void stopRequested() {
        stopping = true;
    }

    void committed(int generation, int version) {
        committed.add(version); // Of an earlier generation, too: the bits are the same.
        mayBeOvertaken = stopping
                || Math.max(version, invariants.step())
                        >= simulation.scenario.config().training().steps();
    }

    void requireStart(int generation, int start) {
        loaded = generation;
        boolean known = committed.contains(start) && (start == committed.last() || mayBeOvertaken);
        invariants.require(
                known,
                Invariant.BACK_TO_THE_LAST_COMMIT,
                "generation %d starts at version %d, committed were %s",
                generation,
                start,
                committed);
    }

    /** Looks at the checkpoint that a path belongs to. */
    void changed(String path) {
        String root = simulation.scenario.config().run().directory().checkpoints() + "/";
        if (!path.startsWith(root)) {
            return;
        }
        String name = path.substring(root.length()).split("/", 2)[0];
        String directory = root + name;
        Store store = new ProcessStore(simulation.files, ProcessStore.Fate.NONE);
        try {
            if (!store.exists(directory + "/" + CheckpointManifest.FILE)) {
                return;
            }
            CheckpointManifest manifest = CheckpointManifest.load(store, directory);
            CheckpointReader reader = new CheckpointReader(store, directory, manifest);
            List<String> problems = reader.verify();
            require(problems.isEmpty(), directory, problems.toString());
            require(name.equals(RunDirectory.stepName(manifest.step())), directory, "another step's");
            String suffix = String.format(Locale.ROOT, "-g%04d.safetensors", manifest.generation());
            require(
                    manifest.shards().stream().allMatch(shard -> shard.file().endsWith(suffix)),
                    directory,
                    "files of other generations: " + manifest.shards());
            String expected = simulation.reference.sha256(manifest.step());
            require(manifest.paramsSha256().equals(expected), directory, "other parameters than the reference");
            require(reader.paramsSha256().equals(expected), directory, "files with other parameters");
        } catch (IOException | RuntimeException e) {
            require(false, directory, e.toString());
        }
    }

    private void require(boolean holds, String directory, String what) {
        invariants.require(holds, Invariant.WHOLE_CHECKPOINTS, "%s: %s", directory, what);
    }
}
