package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * Removes what is older than the newest checkpoints. Only those that are known to be good are counted: one that was not
 * verified might be damaged, and must not drive a good one out. So a checkpoint goes when {@code keep} good ones are
 * newer, and until then nothing does. The one just committed always stays, and so do those that a later step may ask for; the manifest goes first,
 * so that a removal that breaks off leaves no checkpoint that looks whole.
 *
 * <p>A directory without a manifest, older than the one just committed, is what a save left that failed or died. No
 * shard of this run writes there any more: it reports a save only when its earlier ones have ended. An attempt whose place
 * another has taken may; nobody waits for what it writes.
 *
 * @param pinned steps of the checkpoints that stay whatever their age: the best one's, and that where the learning rate's decay begins
 */
record Retention(Store store, RunDirectory run, int keep, Set<Integer> pinned) {
    /** Servers may be loading the one before the newest when that is committed. */
    private static final int FEWEST = 2;

    /**
     * @param committed step of the checkpoint just committed
     * @param good names of checkpoints that this process committed or verified
     */
    void apply(int committed, Set<String> good) throws IOException {
        String newest = RunDirectory.stepName(committed);
        String oldestKept = oldestKept(newest, good);
        Set<String> stay = pinned.stream().map(RunDirectory::stepName).collect(Collectors.toSet());
        for (Store.Entry entry : CheckpointResolver.directories(store, run)) {
            if (entry.name().compareTo(newest) >= 0 || stay.contains(entry.name())) {
                continue;
            }
            CheckpointResolver.State state = CheckpointResolver.state(store, entry.path());
            if (state == CheckpointResolver.State.COMMITTED && entry.name().compareTo(oldestKept) < 0) {
                store.delete(entry.path() + "/" + CheckpointManifest.FILE);
                store.delete(entry.path());
            } else if (state == CheckpointResolver.State.UNCOMMITTED) {
                store.delete(entry.path());
            }
        }
    }

    /** Name of the oldest that has to stay; before all names where there are too few to let any go. */
    private String oldestKept(String newest, Set<String> good) throws IOException {
        List<String> counted = CheckpointResolver.committed(store, run).stream()
                .map(Store.Entry::name)
                .filter(name -> good.contains(name) && name.compareTo(newest) <= 0)
                .toList();
        int kept = Math.max(keep, FEWEST);
        return counted.size() < kept ? "" : counted.get(counted.size() - kept);
    }
}
