package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.weft.core.Json;
import org.weft.core.quantize.QuantizationType;

/**
 * {@code quantization_config} of config.json as compressed-tensors has it, of those that Weft writes and reads: symmetric whole
 * numbers of 4 or 8 bits for the weights of linear layers. {@code pack-quantized} has them packed into int32; {@code int-quantized}
 * has bytes as they are, and rounds what they are multiplied with to bytes, too, row by row.
 *
 * <p>O outputs, I inputs, G groups, b bits of a number.
 *
 * @param groupSize inputs that share a scale; 0 for all of an output's
 * @param activations whether what weights are multiplied with is rounded, too
 */
record HubQuantization(QuantizationType type, int groupSize, boolean activations) {
    static final String KEY = "quantization_config";

    /** Ends of the names of a quantised layer's tensors. */
    static final String WEIGHT = ".weight"; // (O, I), int8

    static final String WEIGHT_PACKED = ".weight_packed"; // (O, ⌈I b / 32⌉), int32
    static final String WEIGHT_SCALE = ".weight_scale"; // (O, G)
    static final String WEIGHT_SHAPE = ".weight_shape"; // 2, int64 or int32: O and I

    /** What safetensors calls whole numbers. */
    static final String INT8 = "I8";

    static final String INT32 = "I32";
    static final String INT64 = "I64";

    private static final String METHOD = "compressed-tensors";
    private static final String PACKED = "pack-quantized";
    private static final String WHOLE = "int-quantized";

    /** Keys of weights' and of inputs' arguments that say something else than whole numbers, bits, strategy and symmetry. */
    private static final List<String> UNREAD = List.of("block_structure", "actorder", "scale_dtype", "zp_dtype");

    /** Whether numbers are packed into int32. */
    boolean packed() {
        return !activations;
    }

    /** The end of the name of a layer's numbers. */
    String numbers() {
        return packed() ? WEIGHT_PACKED : WEIGHT;
    }

    /**
     * What a directory's config.json says; empty where it says nothing, or where it says what Weft does not read.
     *
     * @param problems takes that, by name and value
     */
    static Optional<HubQuantization> read(JsonNode config, List<String> problems) {
        JsonNode said = config.path(KEY);
        if (!Json.isGiven(said)) {
            return Optional.empty();
        }
        if (!said.path("quant_method").asText().equals(METHOD)) {
            problems.add(KEY + "=" + said + " is not one that Weft has: take the float weights");
            return Optional.empty();
        }
        int before = problems.size();
        require(said, "kv_cache_scheme", said.path("kv_cache_scheme").isEmpty(), problems);
        require(said, "sparsity_config", said.path("sparsity_config").isEmpty(), problems);
        require(said, "transform_config", said.path("transform_config").isEmpty(), problems);
        JsonNode groups = said.path("config_groups");
        require(said, "config_groups", groups.size() == 1, problems);
        JsonNode group = groups.elements().hasNext() ? groups.elements().next() : said.path("");
        String format = said.path("format").asText();
        JsonNode weights = group.path("weights");
        JsonNode inputs = group.path("input_activations");
        QuantizationType type = QuantizationType.ofBits(weights.path("num_bits").asInt());
        boolean grouped = weights.path("strategy").asText().equals("group");
        require(weights, "num_bits", type != null, problems);
        require(weights, "type", weights.path("type").asText("int").equals("int"), problems);
        require(weights, "symmetric", weights.path("symmetric").asBoolean(true), problems);
        require(weights, "dynamic", !weights.path("dynamic").asBoolean(false), problems);
        require(
                weights,
                "strategy",
                grouped && type == QuantizationType.INT4
                        || weights.path("strategy").asText().equals("channel"),
                problems);
        int size = grouped ? weights.path("group_size").asInt() : 0;
        require(weights, "group_size", !grouped || size > 0 && size % 2 == 0, problems);
        UNREAD.forEach(key -> require(weights, key, !Json.isGiven(weights.path(key)), problems));
        boolean rounded = Json.isGiven(inputs);
        require(said, "format", format.equals(rounded ? WHOLE : PACKED), problems);
        require(group, "output_activations", !Json.isGiven(group.path("output_activations")), problems);
        if (rounded) {
            boolean known = type == QuantizationType.INT8
                    && inputs.path("num_bits").asInt() == QuantizationType.INT8.bits()
                    && inputs.path("type").asText("int").equals("int")
                    && inputs.path("symmetric").asBoolean(true)
                    && inputs.path("dynamic").asBoolean(false)
                    && inputs.path("strategy").asText().equals("token");
            require(group, "input_activations", known, problems);
        }
        return problems.size() > before ? Optional.empty() : Optional.of(new HubQuantization(type, size, rounded));
    }

    private static void require(JsonNode in, String key, boolean known, List<String> problems) {
        if (!known) {
            problems.add(KEY + ": " + key + "=" + in.path(key)
                    + " is not one that Weft reads: 4 bits by groups or channels and 8"
                    + " by channels, symmetric, of weights alone (" + PACKED + "), or 8 of both (" + WHOLE
                    + "); take the float weights");
        }
    }

    /**
     * As config.json has it.
     *
     * @param target the class of the layers
     * @param ignored names of such layers that stay as they are
     */
    ObjectNode write(String target, List<String> ignored) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("quant_method", METHOD)
                .put("format", packed() ? PACKED : WHOLE)
                .put("quantization_status", "compressed")
                .putNull("global_compression_ratio")
                .putNull("kv_cache_scheme");
        ignored.forEach(root.putArray("ignore")::add);
        ObjectNode group = root.putObject("config_groups").putObject("group_0");
        group.putArray("targets").add(target);
        ObjectNode weights = group.putObject("weights");
        arguments(weights, type, groupSize > 0 ? "group" : "channel", false);
        if (groupSize > 0) {
            weights.put("group_size", groupSize);
        }
        if (activations) {
            arguments(group.putObject("input_activations"), QuantizationType.INT8, "token", true);
        } else {
            group.putNull("input_activations");
        }
        group.putNull("output_activations");
        return root;
    }

    private static void arguments(ObjectNode into, QuantizationType type, String strategy, boolean dynamic) {
        into.put("num_bits", type.bits())
                .put("type", "int")
                .put("symmetric", true)
                .put("strategy", strategy)
                .put("dynamic", dynamic);
    }
}
