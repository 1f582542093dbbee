package org.weft.core.tokens;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * One split of a corpus as one long stream of tokens: its shards one after the other. Sample i of T tokens is the
 * T + 1 tokens from i * T, so that each token but the first is a target exactly once.
 *
 * <p>Safe for use by many threads; they take turns in reading.
 */
public final class TokenCorpus implements AutoCloseable {
    private final ShardReaders readers;
    private final List<CorpusShard> shards;
    private final long documents;
    private final long[] starts; // starts[k]: stream position of shard k's first token; one more for the end
    private final AtomicReferenceArray<DocumentStarts> begins;

    private TokenCorpus(ShardReaders readers, CorpusSplit split) {
        this.readers = readers;
        this.shards = split.shards();
        this.documents = split.documents();
        this.starts = new long[shards.size() + 1];
        this.begins = new AtomicReferenceArray<>(shards.size());
        for (int k = 0; k < shards.size(); k++) {
            starts[k + 1] = starts[k] + shards.get(k).tokens();
        }
    }

    /** A split of one of the corpus's sources, which shares the readers of its shards with the others. */
    public static TokenCorpus of(ShardReaders readers, CorpusSplit split) {
        return new TokenCorpus(readers, split);
    }

    /** One that reads alone. */
    public static TokenCorpus of(Store store, String directory, CorpusManifest manifest, CorpusSplit split) {
        return of(new ShardReaders(store, directory, manifest), split);
    }

    public static TokenCorpus train(Store store, String directory, CorpusManifest manifest) {
        return of(store, directory, manifest, manifest.train());
    }

    public static TokenCorpus val(Store store, String directory, CorpusManifest manifest) {
        return of(store, directory, manifest, manifest.val());
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
                    "corpus shorter than one context: corpus=" + readers.directory() + " tokens=" + tokens()
                            + " required=" + (context + 1L) + " (model.context=" + context + " and one target)",
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
        readers.read(shards.get(shard), reader -> reader.documentStarts(first, more ? count + 1 : count, starts));
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

    /** Positions of the stream from {@code from} on, before {@code end}, at which documents begin, in rising order. */
    long[] documentsWithin(long from, long end) throws IOException {
        long[] found = new long[0];
        for (int shard = shardOf(from); shard < shards.size() && starts[shard] < end; shard++) {
            long first = starts[shard];
            long[] here = begins(shard).within(from - first, Math.min(end, starts[shard + 1]) - first);
            int known = found.length;
            found = Arrays.copyOf(found, known + here.length);
            for (int i = 0; i < here.length; i++) {
                found[known + i] = first + here[i];
            }
        }
        return found;
    }

    private DocumentStarts begins(int shard) throws IOException {
        DocumentStarts found = begins.get(shard);
        if (found == null) { // Two threads may both read it, which is no more than work.
            found = DocumentStarts.of(this, shard);
            begins.set(shard, found);
        }
        return found;
    }

    /** Reads tokens of one shard from the one at {@code from} into {@code into}, starting at {@code at}. */
    void tokens(int shard, long from, int count, int[] into, int at) throws IOException {
        read(shard, from, count, into, at);
        requireKnown(starts[shard] + from, count, into, at);
    }

    private void readTokens(long position, int count, int[] into, int at) throws IOException {
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
            if (into[i] < 0 || into[i] >= readers.manifest().vocabSize()) {
                throw WeftException.invalidData(
                        "token outside the vocabulary: corpus=" + readers.directory() + " position="
                                + (position + i - at) + " token=" + into[i] + " vocab_size="
                                + readers.manifest().vocabSize(),
                        "a token shard is damaged: run prepare again");
            }
        }
    }

    private void read(int shard, long from, int count, int[] into, int at) throws IOException {
        readers.read(shards.get(shard), reader -> reader.read(from, count, into, at));
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

    /** Those that share its shards' readers open them again. */
    @Override
    public void close() throws IOException {
        readers.close();
    }
}
