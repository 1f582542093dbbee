package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * Turns the shards' files into a checkpoint: reads every file back and compares it with what
 * its server wrote, then writes the manifest, which is the commit, then removes checkpoints beyond those to keep. Runs on one
 * background thread of its owner.
 */
public final class CheckpointCommitter {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointCommitter.class);

    private final Store store;
    private final RunIdentity identity;
    private final Rules rules;
    /** Names of the checkpoints that are known to be good. */
    private final Set<String> good = new HashSet<>();
    /** The step that this process committed last; -1 before there is one. */
    private int newest = -1;

    private int keptBest = BestStep.NONE;

    /**
     * How commits are made.
     *
     * @param guard asked immediately before a manifest appears; throws where this driver must not commit any more
     * @param verified directory of the checkpoint that the run started from, or empty
     * @param best the evaluations so far: which checkpoint stays whatever its age
     * @param tokensPerStep on the average
     */
    public record Rules(
            CheckpointManifest.Guard guard, String verified, Retries retries, BestStep best, double tokensPerStep) {}

    public CheckpointCommitter(Store store, RunIdentity identity, Rules rules) {
        this.store = store;
        this.identity = identity;
        this.rules = rules;
        good.add(RunDirectory.nameOf(rules.verified()));
    }

    /**
     * Commits a checkpoint whose shards are durable. Storage that fails is tried again.
     *
     * @param skipped how many of the steps up to there were skipped
     * @throws WeftException where the guard does not let it
     */
    public Checkpoint commit(int generation, int step, int skipped, List<SavedRange> files) throws IOException {
        String directory = identity.config().run().directory().step(step);
        List<CheckpointManifest.Shard> shards = files.stream()
                .sorted(Comparator.comparingLong(SavedRange::offset).thenComparing(SavedRange::file))
                .map(f -> new CheckpointManifest.Shard(f.file(), f.offset(), f.length(), f.bytes(), f.sha256()))
                .toList();
        RunIdentity.Version version = new RunIdentity.Version(
                step,
                skipped,
                Math.round(step * rules.tokensPerStep()),
                generation,
                rules.best().evaluationsUpTo(step));
        CheckpointManifest draft = identity.manifest(version, shards, "", null);
        CheckpointManifest manifest = rules.retries().call("reading back of " + directory, () -> {
            SparsityCount zeros = new SparsityCount(identity);
            String paramsSha256 = new CheckpointReader(store, directory, draft).paramsSha256(zeros);
            return identity.manifest(version, shards, paramsSha256, zeros.share());
        });
        Checkpoint committed = rules.retries().call("commit of " + directory, () -> {
            rules.guard().check(); // Where a file is written in its place, opening it may be the end of the one there.
            Checkpoint standing = standing(directory, manifest);
            if (standing == null) {
                manifest.save(store, directory, rules.guard());
            }
            return standing == null ? new Checkpoint(directory, manifest) : standing;
        });
        good.add(RunDirectory.stepName(step));
        rules.best().saved(step);
        retain(step);
        return committed;
    }

    /**
     * The same parameters where they are committed already: by a commit whose answer was lost, or of an earlier generation.
     * Nothing is gained by another one, and one that fails could take the first with it.
     */
    private Checkpoint standing(String directory, CheckpointManifest wanted) throws IOException {
        if (CheckpointResolver.state(store, directory) != CheckpointResolver.State.COMMITTED) {
            return null;
        }
        try {
            CheckpointManifest present = CheckpointManifest.load(store, directory);
            boolean same = present.paramsSha256().equals(wanted.paramsSha256())
                    && present.layoutHash().equals(wanted.layoutHash());
            return same
                            && new CheckpointReader(store, directory, present)
                                    .verify()
                                    .isEmpty()
                    ? new Checkpoint(directory, present)
                    : null;
        } catch (WeftException damaged) {
            return null;
        }
    }

    /** The evaluation of a step may come before its commit or after: which checkpoints stay is the same. */
    public void evaluated() {
        if (newest >= 0 && rules.best().savedStep() != keptBest) {
            retain(newest);
        }
    }

    /** A checkpoint that cannot be removed is no reason to stop a run. */
    private void retain(int committed) {
        newest = committed;
        keptBest = rules.best().savedStep();
        Set<Integer> pinned = new HashSet<>();
        pinned.add(identity.config().training().decayBegins());
        if (keptBest != BestStep.NONE) {
            pinned.add(keptBest);
        }
        Retention retention = new Retention(
                store,
                identity.config().run().directory(),
                identity.config().checkpoint().keep(),
                pinned);
        try {
            rules.retries().call("removal of old checkpoints", () -> {
                rules.guard().check();
                retention.apply(committed, good);
                return committed;
            });
        } catch (IOException | WeftException e) {
            LOG.warn("could not remove old checkpoints: {}", e.getMessage());
        }
    }
}
