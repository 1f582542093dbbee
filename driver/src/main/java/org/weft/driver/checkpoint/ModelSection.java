package org.weft.driver.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.Architecture;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;

/** The model section of a configuration: written for people, and compared with that of parameters from elsewhere. */
public final class ModelSection {
    /** Keys that may differ from the model's: they change no parameter, and users change them on purpose. */
    private static final Set<String> FREE = Set.of(
            "context",
            "dropout",
            "rope_theta",
            "rope_scaling",
            "rope_factor",
            "rope_original_context",
            "rope_low_freq_factor",
            "rope_high_freq_factor",
            "rope_short_factors",
            "rope_long_factors",
            "rope_attention_factor",
            "rope_local_theta");

    private static final Set<String> EVERY_FAMILY =
            Set.of("architecture", "layers", "width", "heads", "mlp_width", "context", "dropout", "norm_epsilon");

    private ModelSection() {}

    /**
     * Fails where a model is not the one configured. The layout says which parameters there are; how many heads they are
     * cut into, for one, it does not.
     *
     * @param from where the model comes from, for errors
     * @param notices told of differences that are allowed
     */
    public static void require(String from, ModelConfig theirs, ModelConfig configured, Consumer<String> notices) {
        JsonNode known = comparable(theirs);
        List<String> wrong = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, JsonNode> ours : comparable(configured).properties()) {
            JsonNode other = known.path(ours.getKey());
            if (other.equals(ours.getValue())) {
                continue;
            }
            boolean positions =
                    ours.getKey().equals("context") && Family.of(theirs).learnedPositions();
            String difference =
                    "model." + ours.getKey() + "=" + ours.getValue().asText() + " instead of " + other.asText();
            (FREE.contains(ours.getKey()) && !positions ? changed : wrong).add(difference);
        }
        if (!wrong.isEmpty()) {
            throw WeftException.invalidData(
                    from + " is of another model than is configured: " + String.join(", ", wrong),
                    "take its model section: model: " + write(theirs));
        }
        if (!changed.isEmpty()) {
            notices.accept("other than the model was trained with: " + String.join(", ", changed));
        }
    }

    /** As a user may write it, on one line; what a family has no use for is left out. */
    public static String write(ModelConfig model) {
        JsonNode defaults = tree(WeftConfig.defaults().model());
        ObjectNode section = effective(model);
        for (Map.Entry<String, JsonNode> key : effective(model).properties()) {
            if (!EVERY_FAMILY.contains(key.getKey()) && key.getValue().equals(defaults.path(key.getKey()))) {
                section.remove(key.getKey());
            }
        }
        return section.toString().replace("\"", "").replace(":", ": ").replace(",", ", ");
    }

    /** With all that zeros stand for in some family, so that a model that is spelt out is the one that is not. */
    private static ObjectNode comparable(ModelConfig model) {
        Family family = Family.of(model);
        ObjectNode section = effective(model);
        family.meant(model).forEach(section::put);
        return section.put("head_dim", model.headWidth() * model.heads() == model.width() ? 0 : model.headWidth())
                .put("tie_word_embeddings", model.tiedHead())
                .put("attn_logit_softcapping", family.attentionSoftcap(model))
                .put("final_logit_softcapping", family.logitSoftcap(model))
                .put("rope_local_theta", family.windowTheta(model))
                .put(
                        "sliding_window",
                        IntStream.range(0, model.layers())
                                .map(block -> family.window(model, block))
                                .max()
                                .orElse(0));
    }

    /** As a person would write it, with the values that zeros stand for, and without what nothing heeds. */
    private static ObjectNode effective(ModelConfig model) {
        ObjectNode tree = tree(model);
        Family.of(model).unheeded(model).forEach(key -> tree.set(key, Architecture.usual(key)));
        if (Family.of(model).ownKeys().contains("kv_heads")) {
            tree.put("kv_heads", model.keyValueHeads());
        }
        return tree.put("mlp_width", model.hiddenWidth()).put("norm_epsilon", model.epsilon());
    }

    private static ObjectNode tree(ModelConfig model) {
        return ConfigLoader.toTree(WeftConfig.defaults().withModel(model))
                .path("model")
                .deepCopy();
    }
}
