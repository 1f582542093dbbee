package org.weft.trainer.checkpoint;

import java.io.IOException;
import java.util.List;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.Store;

/**
 * Keeps the newest committed checkpoints. The one just committed always stays; the manifest goes first, so that a
 * removal that breaks off leaves no checkpoint that looks whole.
 */
record Retention(Store store, String checkpointsDir, int keep) {

    void apply(int committed) throws IOException {
        List<Store.Entry> whole = CheckpointResolver.committed(store, checkpointsDir);
        String newest = CheckpointManifest.directoryName(committed);
        List<Store.Entry> older = whole.stream()
                .filter(entry -> entry.name().compareTo(newest) < 0)
                .toList();
        for (Store.Entry entry : older.subList(0, Math.max(0, older.size() - (keep - 1)))) {
            store.delete(entry.path() + "/" + CheckpointManifest.FILE);
            store.delete(entry.path());
        }
    }
}
