package org.weft.core.model;

import java.io.Serializable;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.ParameterLayout;

/**
 * A model's configuration together with its vocabulary and what it is adapted to: all that decides the parameters.
 *
 * @param vocabSize V, from the corpus's tokenizer
 */
public record ModelShape(ModelConfig config, int vocabSize, Adaptation adaptation) implements Serializable {

    /** Of forward and backward, forward's. */
    private static final double FORWARD = 1.0 / 3;

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
                ? new AdaptedLayout(
                        family().layout(this), ParameterLayout.builder().build())
                : AdaptedLayout.of(this);
    }

    /**
     * Fails where sequences of so many tokens are none that the model reads.
     *
     * @param tokens of each sequence
     */
    public void requireFits(int tokens) {
        int longest = config.encodesSource() ? 2 * config.context() : config.context();
        if (tokens < 1 || tokens > longest) {
            throw WeftException.invalidData(
                    "sequences of " + tokens + " tokens do not fit model.context=" + config.context()
                            + (config.encodesSource() ? " of each side" : ""),
                    "cut the corpus into sequences of at most model.context tokens");
        }
    }

    /** The same model before it was adapted. */
    public ModelShape base() {
        return new ModelShape(config, vocabSize);
    }

    /** Floating-point operations of one token forward and backward. */
    public double flopsPerToken() {
        return family().flopsPerToken(this);
    }

    /** The same, forward alone. */
    public double forwardFlopsPerToken() {
        return FORWARD * flopsPerToken();
    }

    /** The model's family. */
    public Family family() {
        return Family.of(config);
    }
}
