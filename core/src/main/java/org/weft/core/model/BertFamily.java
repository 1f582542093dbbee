package org.weft.core.model;

import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.ParameterLayout;

/**
 * BERT (Devlin et al. 2019) with its heads of pre-training, as in Hugging Face's {@code BertForMaskedLM}, with next-sentence
 * prediction {@code BertForPreTraining}: a pooler of the first token, and two logits.
 *
 * <p>D width.
 */
public final class BertFamily extends EncoderFamily {
    public static final String NAME = "bert";

    private static final String POOLER = "bert.pooler.dense";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "bidirectional, post-LayerNorm, masked language modelling.";
    }

    @Override
    String base() {
        return "bert.";
    }

    @Override
    public boolean tellsSegments(ModelConfig model) {
        return model.tokenTypes() > 1;
    }

    @Override
    public Set<String> ownKeys() {
        return Set.of("next_sentence");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        problems.require(
                !model.nextSentence() || model.tokenTypes() >= 2,
                "model.token_types=%d must be at least 2 for model.next_sentence",
                model.tokenTypes());
    }

    @Override
    void pairHead(ParameterLayout.Builder layout, ModelConfig model) {
        if (model.nextSentence()) {
            BiasedLayers.linear(layout, POOLER, model.width(), model.width()); // (D, D)
            BiasedLayers.linear(layout, "cls.seq_relationship", 2, model.width()); // (2, D)
        }
    }

    /** The pooler too: a task's head that pools the first token has one of its own. */
    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("cls.") || parameter.startsWith(POOLER);
    }

    @Override
    public String pooler() {
        return POOLER;
    }

    @Override
    public HubTable hub() {
        return new BertHubTable();
    }
}
