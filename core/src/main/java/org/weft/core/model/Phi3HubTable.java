package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;

/** Phi-3 as Hugging Face has it. */
final class Phi3HubTable extends RotaryHubTable {
    private static final String ORIGINAL_CONTEXT = "original_max_position_embeddings";

    /** Hugging Face's where the file has none. */
    private static final int USUAL_CONTEXT = 4096;

    private static final String LONGROPE = "longrope";
    private static final Set<String> REFUSED = Set.of("linear", "dynamic", "llama3", "yarn");

    @Override
    RotaryFamily family() {
        return new Phi3Family();
    }

    @Override
    public String classPrefix() {
        return "Phi3";
    }

    @Override
    double epsilon() {
        return 1e-5;
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.ALONE, 0);
    }

    @Override
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(10000, 1, true);
    }

    @Override
    public List<ConfigKey> keys() {
        return with(super.keys(), ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));
    }

    @Override
    public List<Setting> settings() {
        return with(
                super.settings(),
                Setting.of("attention_bias", false),
                Setting.of("resid_pdrop", 0.0),
                Setting.of("embd_pdrop", 0.0));
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), ORIGINAL_CONTEXT);
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        ObjectNode told = config.deepCopy();
        for (String source : List.of("rope_parameters", "rope_scaling")) {
            if (told.path(source) instanceof ObjectNode rope) {
                readScaling(config, source, rope, problems);
            }
        }
        super.read(told, tensors, model, problems);
    }

    /** The first files call longrope su; the original context is the file's, whatever the section says. */
    private static void readScaling(JsonNode config, String source, ObjectNode rope, List<String> problems) {
        for (String key : List.of("rope_type", "type")) {
            if (rope.path(key).asText().equals("su")) {
                rope.put(key, LONGROPE);
            }
        }
        String kind = rope.path("rope_type").asText(rope.path("type").asText(""));
        if (REFUSED.contains(kind)) {
            problems.add(source + " of type=" + kind + " is not one that phi3 has: default, longrope");
        }
        if (!kind.equals(LONGROPE)) {
            return;
        }
        JsonNode said = config.path(ORIGINAL_CONTEXT);
        JsonNode original = Json.isGiven(said) ? said : IntNode.valueOf(USUAL_CONTEXT);
        JsonNode own = rope.path(ORIGINAL_CONTEXT);
        if (Json.isGiven(own) && !own.equals(original)) {
            problems.add(source + "." + ORIGINAL_CONTEXT + "=" + own + " and " + ORIGINAL_CONTEXT + "=" + original
                    + (Json.isGiven(said) ? "" : ", which holds where the file has none,") + " disagree");
        }
        rope.set(ORIGINAL_CONTEXT, original);
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        if (REFUSED.contains(model.ropeScaling().word())) {
            throw WeftException.usage(
                    "model.rope_scaling=" + model.ropeScaling().word() + ": phi3 of transformers has none or longrope",
                    "there is no file that says it");
        }
        super.write(model, config);
        boolean longrope = model.ropeScaling() == RopeScaling.LONGROPE;
        config.put(ORIGINAL_CONTEXT, longrope ? model.ropeOriginalContext() : model.context());
    }

    @Override
    public Set<String> tasksWithoutClass() {
        return Set.of(SPANS);
    }
}
