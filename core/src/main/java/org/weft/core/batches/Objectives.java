package org.weft.core.batches;

import java.io.IOException;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.SpanLengths;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.Sentinels;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TokenizerFile;

/** What the model of a configuration is to predict. */
final class Objectives {
    private Objectives() {}

    /** The corpus's tokenizer, for who has to know it. */
    @FunctionalInterface
    interface OpenedTokenizer {
        TokenizerFile open() throws IOException;
    }

    /**
     * @param directory the corpus's, for errors
     */
    static Objective of(WeftConfig config, int vocabSize, String directory, OpenedTokenizer tokenizer)
            throws IOException {
        ModelConfig model = config.model();
        boolean apart = config.training().documentAttention();
        if (model.encodesSource()) {
            SpanLengths lengths = config.spanLengths();
            return new SpanCorruption(lengths, Sentinels.of(tokenizer.open(), lengths.spans()));
        }
        return model.causal()
                ? new NextToken(model.context(), apart)
                : new MaskedTokens(
                        model.context(),
                        vocabSize,
                        config.targetsPerSequence(),
                        specialTokens(tokenizer.open(), directory, model),
                        model.nextSentence(),
                        apart);
    }

    private static SpecialTokens specialTokens(TokenizerFile tokenizer, String directory, ModelConfig model) {
        SpecialTokens special = SpecialTokens.of(tokenizer);
        if (!special.hasMask()) {
            throw WeftException.invalidData(
                    "the tokenizer of " + directory
                            + " has no mask token ([MASK] or <mask>), which a masked language model"
                            + " learns to fill",
                    "run prepare again with model.architecture=bert in the configuration, or give a BERT's tokenizer.json");
        }
        special.requirePadding(model.paddingId(), tokenizer.path());
        return special;
    }
}
