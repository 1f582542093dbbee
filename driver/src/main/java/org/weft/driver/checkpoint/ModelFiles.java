package org.weft.driver.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/** The files that one checkpoint of a run needs to be used, wherever the rest of the run goes. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * Copies a checkpoint with its tokenizer, the parameters that did not learn and the run's metrics into another run
     * directory, from which {@link CheckpointResolver#at} opens it. The checkpoint's manifest goes last: a copy that was cut
     * short has none.
     */
    public static void copy(Store store, Checkpoint checkpoint, String toRunDir) throws IOException {
        RunDirectory from = checkpoint.run();
        RunDirectory to = RunDirectory.of(toRunDir);
        for (Store.Entry entry : store.list(from.path())) {
            if (!entry.directory()
                    && (entry.name().endsWith(".json") || entry.name().equals(RunDirectory.nameOf(from.metrics())))) {
                copy(store, entry, toRunDir);
            }
        }
        directory(store, from.base().path(), to.base().path());
        String name = RunDirectory.nameOf(checkpoint.directory());
        directory(store, checkpoint.directory(), to.checkpoints() + "/" + name);
    }

    /** Files before those whose names say that the others are whole. */
    private static void directory(Store store, String from, String to) throws IOException {
        for (Store.Entry entry : store.list(from)) {
            if (entry.directory()) {
                directory(store, entry.path(), to + "/" + entry.name());
            } else if (!isManifest(entry)) {
                copy(store, entry, to);
            }
        }
        for (Store.Entry entry : store.list(from)) {
            if (isManifest(entry)) {
                copy(store, entry, to);
            }
        }
    }

    private static boolean isManifest(Store.Entry entry) {
        return !entry.directory() && entry.name().startsWith("manifest");
    }

    private static void copy(Store store, Store.Entry file, String to) throws IOException {
        try (InputStream in = store.open(file.path());
                AtomicOutput out = store.create(to + "/" + file.name())) {
            in.transferTo(out);
            out.commit();
        }
    }
}
