package org.weft.core.model;

import java.io.Serializable;
import org.weft.core.WeftException;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.ParameterLayout;

/**
 * A model's configuration together with its vocabulary and what it is adapted to: all that decides the parameters.
 *
 * @param vocabSize V, from the corpus's tokenizer
 */
public record ModelShape(ModelConfig config, int vocabSize, Adaptation adaptation) implements Serializable {

    /** A model that predicts tokens, all of whose parameters learn. */
    public ModelShape(ModelConfig config, int vocabSize) {
        this(config, vocabSize, Adaptation.NONE);
    }

    /** The layout of the flat vector of all that learns; the same for every engine. */
    public ParameterLayout layout() {
        return adapted().learned();
    }

    /** The parameters that learn and those that do not. */
    public AdaptedLayout adapted() {
        return adaptation.equals(Adaptation.NONE)
                ? new AdaptedLayout(family(), ParameterLayout.builder().build())
                : AdaptedLayout.of(this, family());
    }

    /**
     * Fails where sequences of so many tokens are none that the model reads.
     *
     * @param tokens of each sequence
     */
    public void requireFits(int tokens) {
        if (tokens < 1 || tokens > config.context()) {
            throw WeftException.invalidData(
                    "sequences of " + tokens + " tokens do not fit model.context=" + config.context(),
                    "cut the corpus into sequences of at most model.context tokens");
        }
    }

    /** The same model before it was adapted. */
    public ModelShape base() {
        return new ModelShape(config, vocabSize);
    }

    private ParameterLayout family() {
        return switch (config.architecture()) {
            case ModelConfig.GPT2 -> Gpt2Layout.of(this);
            case ModelConfig.LLAMA -> LlamaLayout.of(this);
            case ModelConfig.BERT -> BertLayout.of(this);
            default -> throw new IllegalArgumentException("model.architecture=" + config.architecture());
        };
    }

    /**
     * Floating-point operations of one token forward and backward: 6 N + 12 L D T (PaLM, appendix B: 6 for each weight
     * that multiplies, plus attention's two products over the context). Embeddings that are only looked up multiply
     * nothing; a head that is not tied is a matrix of its own.
     */
    public double flopsPerToken() {
        boolean language = adaptation.head().kind() == HeadKind.LANGUAGE;
        boolean multiplied = language && config.tiedHead();
        double lookedUp = multiplied ? 0 : vocabSize;
        switch (config.architecture()) {
            case ModelConfig.GPT2 -> lookedUp += config.context();
            case ModelConfig.BERT -> lookedUp += config.context() + config.tokenTypes();
            default -> lookedUp += language || config.tiedHead() ? 0 : vocabSize; // the head's own matrix
        }
        double weights = family().size() - lookedUp * config.width();
        return 6.0 * weights + 12.0 * config.layers() * config.width() * config.context();
    }
}
