package org.weft.core.batches;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.StreamWindows;
import org.weft.core.tokens.TokenCorpus;
import org.weft.core.tokens.Windows;

/**
 * A corpus's sources as a run cuts them into windows.
 *
 * @param train of each source's training split
 * @param val of each source's validation split
 */
record CorpusWindows(List<Windows> train, List<Windows> val) implements AutoCloseable {

    /** The corpus's sources; of one that is one whole that, without a name. */
    static List<CorpusSource> sources(CorpusManifest manifest) {
        return manifest.sources().isEmpty()
                ? List.of(new CorpusSource("", 1, 0, manifest.train(), manifest.val()))
                : manifest.sources();
    }

    static CorpusWindows open(Store store, String directory, CorpusManifest manifest, WeftConfig config) {
        List<Windows> train = new ArrayList<>();
        List<Windows> val = new ArrayList<>();
        if (manifest.sources().isEmpty()) {
            TokenCorpus.train(store, directory, manifest)
                    .requireSamples(config.model().context());
        }
        for (CorpusSource source : sources(manifest)) {
            train.add(windows(store, directory, manifest, source.train(), config));
            val.add(windows(store, directory, manifest, source.val(), config));
        }
        return new CorpusWindows(train, val);
    }

    private static Windows windows(
            Store store, String directory, CorpusManifest manifest, CorpusSplit split, WeftConfig config) {
        TokenCorpus corpus = TokenCorpus.of(store, directory, manifest, split);
        return new StreamWindows(
                corpus,
                config.model().context(),
                manifest.endOfText(),
                config.training().documentAttention());
    }

    @Override
    public void close() throws IOException {
        for (Windows each : train) {
            each.close();
        }
        for (Windows each : val) {
            each.close();
        }
    }
}
