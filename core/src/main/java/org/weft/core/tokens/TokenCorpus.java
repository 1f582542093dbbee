package org.weft.core.tokens;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenShardFormat.Header;

/**
 * One split of a corpus as one long stream of tokens: its shards one after the other. Sample i of T tokens is the
 * T + 1 tokens from i * T, so that each token but the first is a target exactly once.
 *
 * <p>Shards are opened when first read, and at most {@value #OPEN_SHARDS} stay open. Safe for use by many threads;
 * they take turns.
 */
public final class TokenCorpus implements AutoCloseable {
    private static final int OPEN_SHARDS = 64;

    private final Store store;
    private final String directory;
    private final CorpusManifest manifest;
    private final List<CorpusShard> shards;
    private final long documents;
    private final long[] starts; // starts[k]: stream position of shard k's first token; one more for the end
    private final Map<Integer, TokenShardReader> open = new LinkedHashMap<>(16, 0.75f, true);

    private TokenCorpus(Store store, String directory, CorpusManifest manifest, CorpusSplit split) {
        this.store = store;
        this.directory = directory;
        this.manifest = manifest;
        this.shards = split.shards();
        this.documents = split.documents();
        this.starts = new long[shards.size() + 1];
        for (int k = 0; k < shards.size(); k++) {
            starts[k + 1] = starts[k] + shards.get(k).tokens();
        }
    }

    /** A split of one of the corpus's sources. */
    public static TokenCorpus of(Store store, String directory, CorpusManifest manifest, CorpusSplit split) {
        return new TokenCorpus(store, directory, manifest, split);
    }

    public static TokenCorpus train(Store store, String directory, CorpusManifest manifest) {
        return new TokenCorpus(store, directory, manifest, manifest.train());
    }

    public static TokenCorpus val(Store store, String directory, CorpusManifest manifest) {
        return new TokenCorpus(store, directory, manifest, manifest.val());
    }

    /** Tokens of the stream. */
    public long tokens() {
        return starts[shards.size()];
    }

    /** Documents of the stream. */
    public long documents() {
        return documents;
    }

    /** Samples of T = {@code context} tokens and the one that follows; 0 where the stream is too short for one. */
    public long samples(int context) {
        return Math.max(0, (tokens() - 1) / context);
    }

    /** As {@link #samples}, and an error where there is none. */
    public long requireSamples(int context) {
        long samples = samples(context);
        if (samples == 0) {
            throw WeftException.invalidData(
                    "corpus shorter than one context: corpus=" + directory + " tokens=" + tokens() + " required="
                            + (context + 1L) + " (model.context=" + context + " and one target)",
                    "give prepare more text, or choose a smaller model.context");
        }
        return samples;
    }

    /** Reads the T + 1 tokens of a sample into {@code into}, starting at {@code at}. */
    public void read(long sample, int context, int[] into, int at) throws IOException {
        if (sample < 0 || sample >= samples(context)) {
            throw new IndexOutOfBoundsException("sample=" + sample + " samples=" + samples(context));
        }
        readTokens(sample * context, context + 1, into, at);
    }

    /** What the manifest says of a shard, by its place in the split. */
    CorpusShard shard(int shard) {
        return shards.get(shard);
    }

    /** Where {@code count} documents of a shard begin, from document {@code first} on, and where the last of them ends. */
    long[] documentStarts(int shard, int first, int count) throws IOException {
        long[] starts = new long[count + 1];
        boolean more = first + count < shards.get(shard).documents();
        synchronized (this) {
            try {
                reader(shard).documentStarts(first, more ? count + 1 : count, starts);
            } catch (IOException failure) {
                throw unreadable(shard, failure);
            }
        }
        if (!more) {
            starts[count] = shards.get(shard).tokens();
        }
        return starts;
    }

    /** Tokens of each of {@code count} documents of a shard, from document {@code first} on. */
    int[] documentLengths(int shard, int first, int count) throws IOException {
        long[] starts = documentStarts(shard, first, count);
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = Math.toIntExact(starts[i + 1] - starts[i]);
        }
        return lengths;
    }

    /** Reads tokens of one shard from the one at {@code from} into {@code into}, starting at {@code at}. */
    synchronized void tokens(int shard, long from, int count, int[] into, int at) throws IOException {
        read(shard, from, count, into, at);
        requireKnown(starts[shard] + from, count, into, at);
    }

    private synchronized void readTokens(long position, int count, int[] into, int at) throws IOException {
        int shard = shardOf(position);
        int done = 0;
        while (done < count) {
            long from = position + done - starts[shard];
            int part = (int) Math.min(count - done, shards.get(shard).tokens() - from);
            if (part > 0) {
                read(shard, from, part, into, at + done);
            }
            done += part;
            shard++;
        }
        requireKnown(position, count, into, at);
    }

    private void requireKnown(long position, int count, int[] into, int at) {
        for (int i = at; i < at + count; i++) {
            if (into[i] < 0 || into[i] >= manifest.vocabSize()) {
                throw WeftException.invalidData(
                        "token outside the vocabulary: corpus=" + directory + " position=" + (position + i - at)
                                + " token=" + into[i] + " vocab_size=" + manifest.vocabSize(),
                        "a token shard is damaged: run prepare again");
            }
        }
    }

    /** Who drops work for a failure of storage says which file it was, and that it was no server's. */
    private void read(int shard, long from, int count, int[] into, int at) throws IOException {
        try {
            reader(shard).read(from, count, into, at);
        } catch (IOException failure) {
            throw unreadable(shard, failure);
        }
    }

    private IOException unreadable(int shard, IOException failure) {
        return new IOException(
                "cannot read the corpus: file=" + directory + "/"
                        + shards.get(shard).file() + ": " + failure,
                failure);
    }

    /** The shard that holds a position: the last that starts at or before it. */
    private int shardOf(long position) {
        int low = 0;
        int high = shards.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private TokenShardReader reader(int shard) throws IOException {
        TokenShardReader found = open.get(shard);
        if (found == null) {
            found = openChecked(store, directory, manifest, shards.get(shard));
            open.put(shard, found);
            if (open.size() > OPEN_SHARDS) {
                Iterator<TokenShardReader> eldest = open.values().iterator();
                eldest.next().close();
                eldest.remove();
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
