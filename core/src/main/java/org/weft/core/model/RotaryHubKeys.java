package org.weft.core.model;

import static org.weft.core.model.RopeScalingKeys.ATTENTION;
import static org.weft.core.model.RopeScalingKeys.CONTEXT;
import static org.weft.core.model.RopeScalingKeys.KINDS;
import static org.weft.core.model.RopeScalingKeys.LONG;
import static org.weft.core.model.RopeScalingKeys.NUMBER;
import static org.weft.core.model.RopeScalingKeys.SHORT;
import static org.weft.core.model.RopeScalingKeys.fallback;
import static org.weft.core.model.RopeScalingKeys.isOf;
import static org.weft.core.model.RopeScalingKeys.kindOfValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.Json;
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
 *
 * @param fallbackTheta the base where none is said
 * @param usualFraction the part of each head that is turned where none is said
 * @param partial whether the family may turn part of each head
 */
record RotaryHubKeys(double fallbackTheta, double usualFraction, boolean partial) {

    /** Of a family that turns whole heads. */
    RotaryHubKeys(double fallbackTheta) {
        this(fallbackTheta, 1, false);
    }

    private static final String THETA = "rope_theta";
    private static final String PARTIAL = "partial_rotary_factor";
    private static final List<String> SECTIONS = List.of("rope_parameters", "rope_scaling");
    private static final Set<String> COMMON = Set.of("rope_type", "type", "rope_theta");

    /** What YaRN's paper proposes and Weft computes with: other values are refused. */
    private static final Map<String, Double> YARN_CONSTANTS = Map.of("beta_fast", 32.0, "beta_slow", 1.0);

    /** The keys of config.json that are read. */
    Set<String> keys() {
        return Set.of(THETA, PARTIAL, "rope_parameters", "rope_scaling");
    }

    /** Every value is of its type or refused, and what is said twice is said alike. */
    void read(JsonNode config, ObjectNode model, List<String> problems) {
        ObjectNode read = null;
        String from = null;
        for (String source : SECTIONS) {
            JsonNode rope = config.path(source);
            if (!Json.isGiven(rope)) {
                continue;
            }
            if (!rope.isObject()) {
                problems.add(source + "=" + rope + " is no object");
                continue;
            }
            ObjectNode section = section(config, source, problems);
            if (read != null && !read.equals(section)) {
                problems.add(from + "=" + config.path(from) + " and " + source + "=" + rope + " disagree");
            }
            read = read == null ? section : read;
            from = from == null ? source : from;
        }
        model.put("rope_scaling", "none");
        if (read != null) {
            model.setAll(read);
        }
        model.put("rope_theta", theta(config, problems));
        if (partial) {
            readFraction(config, model, problems);
        } else if (turnsPart(config.path(PARTIAL))) {
            problems.add(PARTIAL + "=" + config.path(PARTIAL) + " is not one that Weft has: 1");
        }
    }

    /** The one base of all frequencies. */
    private double theta(JsonNode config, List<String> problems) {
        double theta = said(config, THETA, problems);
        return Double.isNaN(theta) ? fallbackTheta : theta;
    }

    private void readFraction(JsonNode config, ObjectNode model, List<String> problems) {
        double fraction = said(config, PARTIAL, problems);
        if (!Double.isNaN(fraction) && fraction != usualFraction) {
            model.put("rotary_fraction", fraction);
        }
    }

    /** A number wherever it stands; NaN where it is not there. */
    private static double said(JsonNode config, String key, List<String> problems) {
        double said = Double.NaN;
        String from = null;
        for (String source : List.of("", "rope_parameters", "rope_scaling")) {
            String name = source.isEmpty() ? key : source + "." + key;
            JsonNode value = (source.isEmpty() ? config : config.path(source)).path(key);
            if (!Json.isGiven(value)) {
                continue;
            }
            if (!value.isNumber()) {
                problems.add(name + "=" + value + " is no number");
            } else if (from != null && value.asDouble() != said) {
                problems.add(from + "=" + said + " and " + name + "=" + value + " disagree");
            } else {
                said = value.asDouble();
                from = name;
            }
        }
        return said;
    }

    /** Weft's keys of one of the two sections. */
    private ObjectNode section(JsonNode config, String source, List<String> problems) {
        ObjectNode model = JsonNodeFactory.instance.objectNode();
        JsonNode rope = config.path(source);
        String kind = kind(rope, source, problems);
        Map<String, String> keys = KINDS.get(kind);
        if (keys == null) {
            return model; // Said already.
        }
        model.put("rope_scaling", kind.equals("default") ? "none" : kind);
        keys.forEach((foreign, weft) -> {
            JsonNode value = rope.path(foreign);
            String kindOfValue = kindOfValue(foreign);
            if (!Json.isGiven(value)) {
                JsonNode fallback = fallback(kind, foreign, config, rope);
                if (fallback == null) {
                    problems.add(source + "." + foreign + " is missing for type=" + kind);
                } else if (!fallback.isNull()) {
                    model.set(weft, fallback);
                }
            } else if (!isOf(kindOfValue, value)) {
                problems.add(source + "." + foreign + "=" + value + " is no " + kindOfValue);
            } else {
                model.set(weft, kindOfValue.equals(NUMBER) ? DoubleNode.valueOf(value.asDouble()) : value);
            }
        });
        if (kind.equals("dynamic")) { // The context that it is for is the one that it scales from.
            JsonNode context = config.path(CONTEXT);
            model.set("rope_original_context", context);
            model.put("context", (int) (context.asInt() * rope.path("factor").asDouble(1)));
        }
        for (Map.Entry<String, JsonNode> field : rope.properties()) {
            if (!known(kind, keys, field.getKey(), field.getValue())) {
                problems.add(source + "." + field.getKey() + "=" + field.getValue() + " is not one that Weft has");
            }
        }
        return model;
    }

    /** The type of a section's scaling; none of Weft's where it names none and yet has values to scale by. */
    private static String kind(JsonNode rope, String source, List<String> problems) {
        String kind = null;
        for (String key : List.of("rope_type", "type")) {
            JsonNode type = rope.path(key);
            if (!Json.isGiven(type)) {
                continue;
            }
            if (!type.isTextual() || !KINDS.containsKey(type.asText())) {
                problems.add(source + " of type=" + type.asText(type.toString())
                        + " is not one that Weft has: default, linear, dynamic, llama3, yarn, longrope");
                return "";
            }
            if (kind != null && !kind.equals(type.asText())) {
                problems.add(source + ".rope_type=" + kind + " and " + source + ".type=" + type.asText() + " disagree");
            }
            kind = kind == null ? type.asText() : kind;
        }
        List<String> scaling = rope.properties().stream()
                .filter(field ->
                        !COMMON.contains(field.getKey()) && !field.getKey().equals(PARTIAL))
                .filter(field -> !field.getValue().isNull())
                .map(field -> field.getKey() + "=" + field.getValue())
                .toList();
        if (kind == null && !scaling.isEmpty()) {
            problems.add(
                    source + " has " + String.join(", ", scaling) + " and no rope_type: which scaling is not said");
            return "";
        }
        return kind == null ? "default" : kind;
    }

    private boolean known(String kind, Map<String, String> keys, String key, JsonNode value) {
        if (COMMON.contains(key) || keys.containsKey(key) || value.isNull()) {
            return true;
        }
        if (key.equals(PARTIAL)) {
            return partial || !turnsPart(value); // What is no number is said elsewhere.
        }
        return kind.equals("default") // Nothing is scaled.
                || kind.equals("yarn")
                        && YARN_CONSTANTS.containsKey(key)
                        && value.isNumber()
                        && value.asDouble() == YARN_CONSTANTS.get(key).doubleValue();
    }

    /** Whether part of a head is left unturned, or nobody can tell. */
    private static boolean turnsPart(JsonNode factor) {
        boolean said = Json.isGiven(factor);
        return said && !(factor.isNumber() && factor.asDouble() == 1);
    }

    void write(ModelConfig model, ObjectNode config) {
        config.put(THETA, model.ropeTheta());
        if (partial) {
            config.put(PARTIAL, (double) Family.of(model).rotaryWidth(model) / model.headWidth());
        }
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
                case SHORT -> model.ropeShortFactors().forEach(rope.withArray(key)::add);
                case LONG -> model.ropeLongFactors().forEach(rope.withArray(key)::add);
                case ATTENTION -> {
                    if (model.ropeAttentionFactor() > 0) {
                        rope.put(key, model.ropeAttentionFactor());
                    }
                }
                default -> rope.put(key, model.ropeOriginalContext());
            }
        }
        if (model.ropeScaling() == RopeScaling.DYNAMIC) {
            config.put(CONTEXT, model.ropeOriginalContext());
        }
    }
}
