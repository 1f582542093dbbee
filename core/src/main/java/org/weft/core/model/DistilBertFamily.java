package org.weft.core.model;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;

/**
 * DistilBERT (Sanh et al. 2019): half as many of BERT's blocks, under names of its own, without token types and without a
 * pooler; a task's head has a perceptron with a ReLU. The term under the root of its norms is always 1e-12.
 */
public final class DistilBertFamily extends EncoderFamily {
    @Override
    public String name() {
        return "distilbert";
    }

    @Override
    public String summary() {
        return "BERT without token types.";
    }

    @Override
    String base() {
        return "distilbert.";
    }

    @Override
    public EncoderNames names() {
        return EncoderNames.DISTILBERT;
    }

    @Override
    public boolean typed() {
        return false;
    }

    @Override
    public boolean dropsAttended() {
        return false;
    }

    @Override
    public boolean rectifiedPooler() {
        return true;
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        problems.require(
                model.epsilon() == normEpsilon(),
                "model.norm_epsilon=%s is not of distilbert, whose is %s: leave it at 0",
                model.normEpsilon(),
                normEpsilon());
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return "distilbert.transformer.layer." + block + ".";
    }

    @Override
    public List<String> attention() {
        return List.of("q_lin", "v_lin");
    }

    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("vocab_");
    }

    @Override
    public String pooler() {
        return "pre_classifier";
    }

    @Override
    public HubTable hub() {
        return new DistilBertHubTable();
    }
}
