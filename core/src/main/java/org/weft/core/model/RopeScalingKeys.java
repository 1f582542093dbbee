package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.weft.core.Json;
import org.weft.core.config.Architecture;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.config.Problems;

/** Kinds of scaling of rotary positions in config.json: which keys each has, of which types, and what stands for absent ones. */
final class RopeScalingKeys {
    static final String ORIGINAL_CONTEXT = "original_max_position_embeddings";
    static final String CONTEXT = "max_position_embeddings";
    static final String SHORT = "short_factor";
    static final String LONG = "long_factor";
    static final String ATTENTION = "attention_factor";
    static final String NUMBER = "number";

    /** Keys of each kind of scaling with the key of Weft's model section, in the order in which they are written. */
    static final Map<String, Map<String, String>> KINDS = Map.of(
            "default", Map.of(),
            "linear", Map.of("factor", "rope_factor"),
            "dynamic", Map.of("factor", "rope_factor"),
            "longrope",
                    ordered(
                            SHORT,
                            "rope_short_factors",
                            LONG,
                            "rope_long_factors",
                            "factor",
                            "rope_factor",
                            ORIGINAL_CONTEXT,
                            "rope_original_context",
                            ATTENTION,
                            "rope_attention_factor"),
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

    /** Keys of Weft's model section that some scaling heeds. */
    private static final Set<String> SCALING = KINDS.values().stream()
            .flatMap(keys -> keys.values().stream())
            .collect(Collectors.toCollection(TreeSet::new));

    private RopeScalingKeys() {}

    /** Keys of Weft's model section that are of rotary positions alone. */
    static Set<String> own() {
        Set<String> own = new TreeSet<>(SCALING);
        own.add("rope_scaling");
        own.add("rope_theta");
        return own;
    }

    /** Those that are of another scaling than the one that is there. */
    static Set<String> unheeded(ModelConfig model) {
        String scaling = model.ropeScaling().word();
        Set<String> heeded = new TreeSet<>(KINDS.getOrDefault(scaling, Map.of()).values());
        if (model.ropeScaling() == RopeScaling.DYNAMIC) { // whose original context stands elsewhere in config.json
            heeded.add("rope_original_context");
        }
        Set<String> unheeded = new TreeSet<>(SCALING);
        unheeded.removeAll(heeded);
        return unheeded;
    }

    /** Reports what is set for another scaling than the one that is there. */
    static void requireHeeded(ModelConfig model, Problems problems) {
        for (String key : unheeded(model)) {
            problems.requireUse(
                    !Architecture.isSet(model, key),
                    "model.%s has no effect on model.rope_scaling=%s: leave it out, or say model.%s=%s",
                    key,
                    model.ropeScaling().word(),
                    key,
                    Architecture.usual(key));
        }
    }

    /** Reports what is wrong with the factors of so many pairs of a head. */
    static void requireFactors(ModelConfig model, int pairs, Problems problems) {
        requireFactors("rope_short_factors", model.ropeShortFactors(), pairs, problems);
        requireFactors("rope_long_factors", model.ropeLongFactors(), pairs, problems);
    }

    private static void requireFactors(String key, List<Double> factors, int pairs, Problems problems) {
        problems.require(
                factors.size() == pairs,
                "model.%s has %d numbers, model.rope_scaling=longrope takes one for each of %d pairs of a head",
                key,
                factors.size(),
                pairs);
        problems.require(factors.stream().allMatch(factor -> factor > 0), "model.%s=%s must be positive", key, factors);
    }

    /** What a key's value has to be, for people. */
    static String kindOfValue(String key) {
        return switch (key) {
            case SHORT, LONG -> "list of numbers";
            case ORIGINAL_CONTEXT -> "whole number";
            default -> NUMBER;
        };
    }

    /** Whether a value is what it has to be. */
    static boolean isOf(String kindOfValue, JsonNode value) {
        return switch (kindOfValue) {
            case NUMBER -> value.isNumber();
            case "whole number" -> value.isIntegralNumber();
            default ->
                value.isArray()
                        && StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isNumber);
        };
    }

    /** What Hugging Face takes for a key that is not there: null where it must be, JSON's null for nothing. */
    static JsonNode fallback(String kind, String key, JsonNode config, JsonNode rope) {
        JsonNode context = config.path(CONTEXT);
        JsonNode original = Json.isGiven(config.path(ORIGINAL_CONTEXT)) ? config.path(ORIGINAL_CONTEXT) : context;
        boolean longrope = kind.equals("longrope");
        return switch (key) {
            case ORIGINAL_CONTEXT -> longrope ? original : kind.equals("yarn") ? context : null;
            case "factor" ->
                longrope ? DoubleNode.valueOf(ratio(context, rope.path(ORIGINAL_CONTEXT), original)) : null;
            case ATTENTION -> NullNode.instance;
            default -> null;
        };
    }

    /** Of the context to the original one, which the section says or else the file. */
    private static double ratio(JsonNode context, JsonNode inSection, JsonNode inFile) {
        double original = inSection.isNumber() ? inSection.asDouble() : inFile.asDouble();
        return original > 0 ? Math.max(1, context.asDouble() / original) : 1;
    }

    private static Map<String, String> ordered(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
