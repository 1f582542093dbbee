package org.weft.trainer.prove;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/** A directory in which things are made a second time; removed when it is closed. */
public final class Scratch implements AutoCloseable {
    private final Store store;
    private final String directory;

    /** Nothing is written before it is used. */
    public Scratch(Store store, String directory) throws IOException {
        requireEmpty(store, directory);
        this.store = store;
        this.directory = directory;
    }

    /** @throws WeftException where there is something in it */
    public static void requireEmpty(Store store, String directory) throws IOException {
        if (!store.list(directory).isEmpty()) {
            throw WeftException.usage(
                    directory + " is not empty",
                    "it is what a recomputation that was killed left, or yours: remove it, or give another --scratch");
        }
    }

    String directory() {
        return directory;
    }

    Store store() {
        return store;
    }

    /** Copies files of one directory to another here, a task each. */
    void copy(JavaSparkContext spark, String from, String to, List<String> names) {
        Store files = store;
        spark.parallelize(names, Math.max(1, names.size())).foreach(name -> {
            try (InputStream in = files.open(from + "/" + name);
                    AtomicOutput out = files.create(to + "/" + name)) {
                in.transferTo(out);
                out.commit();
            }
        });
    }

    @Override
    public void close() throws IOException {
        store.delete(directory);
    }
}
