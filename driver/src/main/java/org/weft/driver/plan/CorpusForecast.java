package org.weft.driver.plan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.DeduplicationConfig.Near;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;
import org.weft.corpus.source.InputPaths;

/**
 * What {@code prepare} will take, by the size of its input: each stage's rate on one core, measured on English text, and what
 * is written on the way. Tables are left out, for nobody knows their size before.
 *
 * @param textBytes of the input, unpacked
 * @param cores that work side by side
 * @param seconds of reading, cleaning, comparing, learning a tokenizer and encoding
 * @param keptBytes of the documents that are kept beside the corpus
 * @param spillBytes on the executors' disks
 * @param shardBytes of the token shards
 */
public record CorpusForecast(
        double textBytes, int cores, double seconds, double keptBytes, double spillBytes, double shardBytes) {
    /** Bytes a second of one core. */
    private static final double READ = 60e6;

    private static final double CLEAN = 20e6;
    private static final double NEAR = 20e6;
    private static final double LEARN = 12e6;
    private static final double ENCODE = 12e6;

    /** Of text that was packed, and of the documents that are kept. */
    private static final double UNPACKED = 3;

    private static final double KEPT = 0.45;
    private static final double BYTES_A_TOKEN = 4;
    private static final int SMALL_VOCABULARY = 1 << 16;

    /** Null where the configuration names no files, or they cannot be listed. */
    public static CorpusForecast of(Store store, WeftConfig config) {
        CorpusConfig corpus = config.corpus();
        List<Entry> files = new ArrayList<>();
        try {
            if (!corpus.allInput().isEmpty()) {
                files.addAll(InputPaths.files(store, "corpus.input", corpus.allInput()));
            }
        } catch (IOException | RuntimeException unreadable) {
            return null; // prepare says what is wrong with them
        }
        double bytes = files.stream().mapToDouble(CorpusForecast::unpacked).sum();
        return bytes == 0 ? null : of(bytes, cores(config), corpus, config.tokenizer());
    }

    static CorpusForecast of(double bytes, int cores, CorpusConfig corpus, TokenizerConfig tokenizer) {
        boolean cleaned = !corpus.clean().active().isEmpty() || corpus.clean().identifiesLanguages();
        boolean near = corpus.deduplicate().near() != Near.OFF;
        boolean learnt = tokenizer.kind() != TokenizerConfig.Kind.FILE && tokenizer.kind() != TokenizerConfig.Kind.GPT2;
        double oneCore = bytes / READ
                + (cleaned ? bytes / CLEAN : 0)
                + (near ? bytes / NEAR : 0)
                + (learnt ? bytes / LEARN : 0)
                + bytes / ENCODE;
        boolean small = tokenizer.vocabSize() <= SMALL_VOCABULARY;
        double shards = bytes / BYTES_A_TOKEN * (small ? Short.BYTES : Integer.BYTES);
        return new CorpusForecast(bytes, cores, oneCore / cores, bytes * KEPT, bytes * KEPT, shards);
    }

    private static double unpacked(Entry file) {
        boolean packed = file.name().toLowerCase(Locale.ROOT).matches(".*\\.(gz|bz2|zst|zstd|parquet)");
        return packed ? UNPACKED * file.length() : file.length();
    }

    /** Of {@code local[N]} N; else the slots that a run has, which prepare has too. */
    private static int cores(WeftConfig config) {
        String master = config.cluster().master();
        if (master.matches("local\\[\\d+].*")) {
            return Integer.parseInt(master.substring("local[".length(), master.indexOf(']')));
        }
        return Math.max(1, config.cluster().workers() + config.cluster().servers());
    }

    /** Two lines for a person. */
    public String render() {
        return String.format(
                Locale.ROOT,
                "corpus          %s of text, about %s with %d tasks at once%n"
                        + "                beside the corpus %s, on the executors' disks %s, token shards %s%n",
                size(textBytes),
                duration(seconds),
                cores,
                size(keptBytes),
                size(spillBytes),
                size(shardBytes));
    }

    private static String size(double bytes) {
        return bytes >= 1e9
                ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String duration(double seconds) {
        return seconds >= 7200
                ? String.format(Locale.ROOT, "%.1f h", seconds / 3600)
                : seconds >= 120
                        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                        : String.format(Locale.ROOT, "%.0f s", Math.max(1, seconds));
    }
}
