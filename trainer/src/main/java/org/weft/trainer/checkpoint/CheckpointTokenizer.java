package org.weft.trainer.checkpoint;

import java.io.IOException;
import org.weft.core.WeftException;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.storage.Store;

/**
 * The {@code tokenizer.json} that a checkpoint was trained with.
 *
 * @param json its bytes
 * @param path names it in errors
 */
public record CheckpointTokenizer(byte[] json, String path) {

    /** Reads it from the corpus that the checkpoint was trained on. */
    public static CheckpointTokenizer of(Store store, Checkpoint checkpoint) throws IOException {
        String corpusDir = ReplicaLoader.configOf(checkpoint).run().corpusDir();
        CorpusManifest corpus = CorpusManifest.load(store, corpusDir);
        if (!corpus.tokenizerSha256().equals(checkpoint.manifest().tokenizerSha256())) {
            throw WeftException.invalidData(
                    corpusDir + " was prepared anew since " + checkpoint.directory() + " was trained",
                    "the checkpoint's tokenizer is gone; prepare into another run.dir next time");
        }
        return new CheckpointTokenizer(corpus.loadTokenizer(store, corpusDir), corpusDir + "/" + corpus.tokenizerFile());
    }
}
