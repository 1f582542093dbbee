package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.Store;

/**
 * Checkpoints that this process has read whole and found to be what their manifests say, so that it need not read them again
 * when it is to go on from one. Servers compare what they load with the same manifest once more. Safe for use by many threads.
 */
public final class VerifiedCheckpoints {
    private static final int KEPT = 4;

    private final Map<String, CheckpointManifest> known = new LinkedHashMap<>();
    private final int kept;

    public VerifiedCheckpoints() {
        this(KEPT);
    }

    private VerifiedCheckpoints(int kept) {
        this.kept = kept;
    }

    /** Of one who reads each checkpoint whenever it is asked for. */
    public static VerifiedCheckpoints none() {
        return new VerifiedCheckpoints(0);
    }

    synchronized void add(Checkpoint checkpoint) {
        known.remove(checkpoint.directory());
        known.put(checkpoint.directory(), checkpoint.manifest());
        if (known.size() > kept) {
            known.remove(known.keySet().iterator().next());
        }
    }

    private synchronized boolean has(Checkpoint checkpoint) {
        return checkpoint.manifest().equals(known.get(checkpoint.directory()));
    }

    /** Whether it was read, and its files have been there since, as long as they are to be. */
    boolean holds(Store store, Checkpoint checkpoint) throws IOException {
        if (!has(checkpoint)) {
            return false;
        }
        Map<String, Long> lengths = store.list(checkpoint.directory()).stream()
                .collect(Collectors.toMap(Store.Entry::name, Store.Entry::length));
        return checkpoint.manifest().shards().stream()
                .allMatch(shard -> Long.valueOf(shard.bytes()).equals(lengths.get(shard.file())));
    }
}
