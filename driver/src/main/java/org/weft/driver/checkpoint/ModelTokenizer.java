package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.RunConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenizerFile;

/**
 * The tokenizer that a checkpoint's model speaks: that of the run's corpus, or, where the run has none (an imported
 * model), the {@code tokenizer.json} in the run directory. What lies beside it says which tokens begin and end texts.
 */
public final class ModelTokenizer {
    private ModelTokenizer() {}

    /**
     * @throws WeftException where there is none, or only one of another corpus
     */
    public static TokenizerFile open(Store store, Checkpoint checkpoint) throws IOException {
        RunConfig run = ReplicaLoader.configOf(checkpoint).run();
        if (store.exists(run.directory().corpus() + "/" + CorpusManifest.FILE)) {
            return ofCorpus(store, run.directory().corpus(), checkpoint);
        }
        Optional<TokenizerFile> beside = besideCheckpoints(store, checkpoint, run);
        if (beside.isPresent()) {
            return beside.get();
        }
        return ofCorpus(store, run.directory().corpus(), checkpoint); // Says what is missing.
    }

    private static TokenizerFile ofCorpus(Store store, String corpusDir, Checkpoint checkpoint) throws IOException {
        CorpusManifest corpus = CorpusManifest.load(store, corpusDir);
        if (!corpus.tokenizerSha256().equals(checkpoint.manifest().tokenizerSha256())) {
            throw WeftException.invalidData(
                    corpusDir + " was prepared anew since " + checkpoint.directory() + " was trained",
                    "the checkpoint's tokenizer is gone; prepare into another run.dir next time");
        }
        return corpus.openTokenizer(store, corpusDir);
    }

    /** Where the checkpoint lies now first: an imported run may have been moved. */
    private static Optional<TokenizerFile> besideCheckpoints(Store store, Checkpoint checkpoint, RunConfig run)
            throws IOException {
        Set<String> paths = new LinkedHashSet<>();
        paths.add(checkpoint.run().tokenizer());
        paths.add(run.directory().tokenizer());
        for (String path : paths) {
            if (store.exists(path)) {
                byte[] json = store.readAll(path);
                requireSame(path, Sha256.hex(json), checkpoint);
                return Optional.of(TokenizerFile.at(store, json, path));
            }
        }
        return Optional.empty();
    }

    private static void requireSame(String path, String actual, Checkpoint checkpoint) {
        String expected = checkpoint.manifest().tokenizerSha256();
        if (!actual.equals(expected)) {
            throw WeftException.invalidData(
                    "tokenizer does not belong to this model: file=" + path + " sha256 expected=" + expected
                            + " actual=" + actual,
                    "the file was changed after the import: put the original back or import again");
        }
    }
}
