package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * Gemma 3 for text as Hugging Face has it. Rotary positions are said for both kinds of blocks, in one of two forms:
 *
 * <pre>
 *   "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "rope_scaling": null | {…}    the scaling of blocks without a window
 *   "rope_parameters": {"full_attention": {"rope_theta": …}, "sliding_attention": {"rope_theta": …}}
 * </pre>
 */
final class Gemma3HubTable extends GemmaHubTable {
    private static final String LOCAL = "rope_local_base_freq";
    private static final String PARAMETERS = "rope_parameters";
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    @Override
    RotaryFamily family() {
        return new Gemma3Family();
    }

    @Override
    public List<String> architectures() {
        return List.of("Gemma3ForCausalLM", "Gemma3TextModel");
    }

    @Override
    public String classPrefix() {
        return "Gemma3";
    }

    @Override
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(1_000_000);
    }

    /** They are off in Gemma 3. */
    @Override
    public List<Setting> settings() {
        return with(super.settings(), Setting.off("attn_logit_softcapping"), Setting.off("final_logit_softcapping"));
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), LOCAL, "sliding_window_pattern", "_sliding_window_pattern");
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        ObjectNode flat = config.deepCopy();
        JsonNode both = config.path(PARAMETERS);
        if (Json.isGiven(both.path(FULL)) || Json.isGiven(both.path(SLIDING))) {
            flat.set(PARAMETERS, both.path(FULL));
            JsonNode local = both.path(SLIDING);
            if (!local.path("rope_type").asText("default").equals("default")) {
                problems.add(PARAMETERS + "." + SLIDING + ".rope_type=" + local.path("rope_type")
                        + " is not one that Weft has: default");
            }
            flat.set(LOCAL, local.path("rope_theta"));
        }
        super.read(flat, tensors, model, problems);
        JsonNode local = flat.path(LOCAL);
        if (Json.isGiven(local) && !local.isNumber()) {
            problems.add(LOCAL + "=" + local + " is no number");
        } else if (Json.isGiven(local) && local.asDouble() != 10000) {
            model.put("rope_local_theta", local.asDouble());
        }
        if (!Json.isGiven(config.path("layer_types"))) {
            int every = config.path("sliding_window_pattern")
                    .asInt(config.path("_sliding_window_pattern").asInt(6));
            if (every != 6) {
                model.put("full_attention_every", every);
            }
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        config.put(LOCAL, family().windowTheta(model));
    }

    /** The plain prefix is of classes that look at pictures, too. */
    @Override
    public String taskClass(String task) {
        return classPrefix() + "Text" + task;
    }

    @Override
    public Set<String> tasksWithoutClass() {
        return Set.of(TOKENS, SPANS);
    }
}
