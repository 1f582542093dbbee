package org.weft.core.tokens;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenShardFormat.Header;

/**
 * A corpus's shards as they are read: each is opened when it is first needed, and at most {@value #OPEN_SHARDS} stay open, however
 * many sources and splits share them. Safe for use by many threads; they take turns. Closed ones open again when they are read.
 */
public final class ShardReaders implements AutoCloseable {
    static final int OPEN_SHARDS = 64;

    private final Store store;
    private final String directory;
    private final CorpusManifest manifest;
    private final Map<String, TokenShardReader> open = new LinkedHashMap<>(16, 0.75f, true); // by file

    public ShardReaders(Store store, String directory, CorpusManifest manifest) {
        this.store = store;
        this.directory = directory;
        this.manifest = manifest;
    }

    /** What is done with a shard while nobody closes it. */
    @FunctionalInterface
    interface Reading {
        void from(TokenShardReader reader) throws IOException;
    }

    String directory() {
        return directory;
    }

    CorpusManifest manifest() {
        return manifest;
    }

    /** Who drops work for a failure of storage says which file it was, and that it was no server's. */
    synchronized void read(CorpusShard shard, Reading reading) throws IOException {
        try {
            reading.from(reader(shard));
        } catch (IOException failure) {
            throw new IOException(
                    "cannot read the corpus: file=" + directory + "/" + shard.file() + ": " + failure, failure);
        }
    }

    synchronized int open() {
        return open.size();
    }

    private TokenShardReader reader(CorpusShard shard) throws IOException {
        TokenShardReader found = open.get(shard.file());
        if (found == null) {
            found = openChecked(store, directory, manifest, shard);
            open.put(shard.file(), found);
            if (open.size() > OPEN_SHARDS) {
                Iterator<TokenShardReader> eldest = open.values().iterator();
                TokenShardReader closed = eldest.next();
                eldest.remove();
                closed.close();
            }
        }
        return found;
    }

    /** Opens a shard and checks that its header is what the manifest says. */
    public static TokenShardReader openChecked(
            Store store, String directory, CorpusManifest manifest, CorpusShard shard) throws IOException {
        String path = directory + "/" + shard.file();
        TokenShardReader reader = TokenShardReader.open(store, path);
        Header actual = reader.header();
        Header expected = new Header(manifest.dtype(), shard.tokens(), shard.documents(), manifest.vocabulary());
        if (!actual.equals(expected)) {
            reader.close();
            throw WeftException.invalidData(
                    "token shard does not belong to this corpus: file=" + path + " expected=" + expected + " actual="
                            + actual,
                    "it was written with another tokenizer or by another prepare: run prepare again");
        }
        return reader;
    }

    @Override
    public synchronized void close() throws IOException {
        for (TokenShardReader reader : open.values()) {
            reader.close();
        }
        open.clear();
    }
}
