package org.weft.driver.run;

import java.io.IOException;
import java.io.Serializable;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.TokenizerFile;
import org.weft.engine.ModelReplica;

/** A model where it lies, with its tokenizer. Travels to executors, where each task opens it for itself. */
public interface LanguageModel extends Serializable {

    /** Where it lies, for errors and summaries. */
    String directory();

    /** The configuration that it was trained with; of a foreign one the model section alone says something. */
    WeftConfig config();

    /** @throws org.weft.core.WeftException where it has none */
    TokenizerFile tokenizer() throws IOException;

    /**
     * A replica with its parameters on this machine's CPU, with the threads that it was trained with; the caller, whose
     * thread owns it, closes it.
     */
    ModelReplica replica() throws IOException;
}
