package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;

/**
 * Rotary positions in config.json, in each form that there has been:
 *
 * <pre>
 *   "rope_theta": 10000.0, "rope_scaling": null | {"type" or "rope_type": "linear", "factor": 4.0, …}
 *   "rope_parameters": {"rope_type": "default" | "linear" | …, "rope_theta": 10000.0, …}
 * </pre>
 *
 * The first is written, for every version reads it.
 */
final class RotaryHubKeys {
    private static final double DEFAULT_THETA = 10000;
    private static final String ORIGINAL_CONTEXT = "original_max_position_embeddings";
    private static final Set<String> COMMON = Set.of("rope_type", "type", "rope_theta");

    /** Keys of each kind of scaling with the key of Weft's model section, in the order in which they are written. */
    private static final Map<String, Map<String, String>> KINDS = Map.of(
            "default", Map.of(),
            "linear", Map.of("factor", "rope_factor"),
            "llama3",
                    ordered(
                            "factor",
                            "rope_factor",
                            "low_freq_factor",
                            "rope_low_freq_factor",
                            "high_freq_factor",
                            "rope_high_freq_factor",
                            ORIGINAL_CONTEXT,
                            "rope_original_context"),
            "yarn", ordered("factor", "rope_factor", ORIGINAL_CONTEXT, "rope_original_context"));

    /** What YaRN's paper proposes and Weft computes with: other values are refused. */
    private static final Map<String, Double> YARN_CONSTANTS = Map.of("beta_fast", 32.0, "beta_slow", 1.0);

    private RotaryHubKeys() {}

    static void read(JsonNode config, ObjectNode model, List<String> problems) {
        boolean grouped = config.path("rope_parameters").isObject();
        String source = grouped ? "rope_parameters" : "rope_scaling";
        JsonNode rope = config.path(source);
        JsonNode theta = grouped ? rope.path("rope_theta") : config.path("rope_theta");
        model.put("rope_theta", theta.isNumber() ? theta.asDouble() : DEFAULT_THETA);
        if (!rope.isObject() && !rope.isMissingNode() && !rope.isNull()) {
            problems.add(source + "=" + rope + " is no object");
            return;
        }
        JsonNode type = rope.path("rope_type");
        String kind = (type.isTextual() ? type : rope.path("type")).asText("default");
        Map<String, String> keys = KINDS.get(kind);
        if (keys == null) {
            problems.add(source + " of type=" + kind + " is not one that Weft has: default, linear, llama3, yarn");
            return;
        }
        model.put("rope_scaling", kind.equals("default") ? "none" : kind);
        for (Map.Entry<String, String> key : keys.entrySet()) {
            JsonNode value = rope.path(key.getKey());
            if (value.isNumber()) {
                model.set(key.getValue(), value);
            } else if (kind.equals("yarn") && key.getKey().equals(ORIGINAL_CONTEXT)) {
                model.set(key.getValue(), config.path("max_position_embeddings")); // Hugging Face's default for it.
            } else {
                problems.add(source + "." + key.getKey() + " is missing for type=" + kind);
            }
        }
        for (Map.Entry<String, JsonNode> field : rope.properties()) {
            if (!known(kind, keys, field.getKey(), field.getValue())) {
                problems.add(source + "." + field.getKey() + "=" + field.getValue() + " is not one that Weft has");
            }
        }
    }

    private static boolean known(String kind, Map<String, String> keys, String key, JsonNode value) {
        if (COMMON.contains(key) || keys.containsKey(key) || value.isNull()) {
            return true;
        }
        if (kind.equals("default")) { // Nothing is scaled; but part of a head may be left unturned.
            return !key.equals("partial_rotary_factor") || value.asDouble() == 1;
        }
        return kind.equals("yarn")
                && YARN_CONSTANTS.containsKey(key)
                && value.asDouble() == YARN_CONSTANTS.get(key).doubleValue();
    }

    static void write(ModelConfig model, ObjectNode config) {
        config.put("rope_theta", model.ropeTheta());
        if (model.ropeScaling() == RopeScaling.NONE) {
            config.putNull("rope_scaling");
            return;
        }
        ObjectNode rope = config.putObject("rope_scaling")
                .put("rope_type", model.ropeScaling().word());
        for (String key : KINDS.get(model.ropeScaling().word()).keySet()) {
            switch (key) {
                case "factor" -> rope.put(key, model.ropeFactor());
                case "low_freq_factor" -> rope.put(key, model.ropeLowFreqFactor());
                case "high_freq_factor" -> rope.put(key, model.ropeHighFreqFactor());
                default -> rope.put(key, model.ropeOriginalContext());
            }
        }
    }

    private static Map<String, String> ordered(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
