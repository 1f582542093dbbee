package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * T5 as Hugging Face has it. Which version a file is of, three of its keys say, and newer ones twice:
 *
 * <pre>
 *   1.0   "feed_forward_proj": "relu",        "tie_word_embeddings": true   ("scale_decoder_outputs": true)
 *   1.1   "feed_forward_proj": "gated-gelu",  "tie_word_embeddings": false  ("scale_decoder_outputs": false)
 * </pre>
 *
 * <p>Transformers 5 writes {@code tie_word_embeddings: true} whatever the tensors are, and what version 1.1 meant by it under
 * the other name, which is believed first.
 */
final class T5HubTable implements HubTable {
    private static final String PERCEPTRON = "feed_forward_proj";
    private static final String GATED = "is_gated_act";
    private static final String NONLINEARITY = "dense_act_fn";
    private static final String TIED = "tie_word_embeddings";
    private static final String SCALED = "scale_decoder_outputs";
    private static final String DECODER = "num_decoder_layers";

    private static final String RELU = "relu";
    private static final String GATED_GELU = "gated-gelu";
    private static final String TANH_GELU = "gelu_new";

    private static final int CONTEXT = 512;

    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("num_layers", "layers"),
            ConfigKey.required("d_model", "width"),
            ConfigKey.required("num_heads", "heads"),
            ConfigKey.of("d_kv", "head_dim", 64),
            ConfigKey.required("d_ff", "mlp_width"),
            ConfigKey.of("n_positions", "context", CONTEXT),
            ConfigKey.of("relative_attention_num_buckets", "relative_buckets", 32),
            ConfigKey.of("relative_attention_max_distance", "relative_distance", 128),
            ConfigKey.of("layer_norm_epsilon", "norm_epsilon", 1e-6),
            ConfigKey.of("dropout_rate", "dropout", 0.1));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("is_encoder_decoder", true),
            Setting.of("is_decoder", false),
            Setting.of("decoder_start_token_id", T5Family.DECODER_START));

    /** Where Hugging Face has what stands elsewhere in Weft's layout. */
    private static final Map<String, String> FOREIGN = Map.of(
            T5Family.ENCODER_POSITIONS,
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            T5Family.DECODER_POSITIONS,
            "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            T5Family.ENCODER_NORM + ".weight",
            "encoder.final_layer_norm.weight");

    /** The first T5's files have a bias in cross-attention that nothing reads. */
    private static final Names NAMES = new Names(
            "",
            "",
            T5Family.HEAD,
            Pattern.compile("decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias\\.weight"),
            Map.of(
                    "encoder.embed_tokens.weight",
                    T5Family.EMBEDDING,
                    "decoder.embed_tokens.weight",
                    T5Family.EMBEDDING,
                    T5Family.HEAD,
                    T5Family.EMBEDDING));

    @Override
    public String modelType() {
        return T5Family.NAME;
    }

    @Override
    public List<String> architectures() {
        return List.of("T5ForConditionalGeneration", "T5WithLMHeadModel");
    }

    @Override
    public List<ConfigKey> keys() {
        return KEYS;
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    @Override
    public Set<String> special() {
        return Set.of(PERCEPTRON, GATED, NONLINEARITY, TIED, SCALED, DECODER);
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public String toLayout(String foreign) {
        return FOREIGN.entrySet().stream()
                .filter(entry -> entry.getValue().equals(foreign))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(foreign);
    }

    @Override
    public String toForeign(String parameter) {
        return FOREIGN.getOrDefault(parameter, parameter);
    }

    @Override
    public String classPrefix() {
        return "T5";
    }

    /** A task's head would stand on the decoder: Weft puts it on what an encoder or a decoder alone gives. */
    @Override
    public boolean reads(String architecture) {
        return architectures().contains(architecture);
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        readDecoder(config, model, problems);
        readPerceptron(config, model, problems);
        readHead(config, tensors, model, problems);
    }

    private static void readDecoder(JsonNode config, ObjectNode model, List<String> problems) {
        JsonNode layers = config.path(DECODER);
        if (!Json.isGiven(layers)) {
            return;
        }
        if (!layers.isIntegralNumber() || !layers.canConvertToInt() || layers.asInt() < 1) {
            problems.add(DECODER + "=" + layers + " is not a whole number of at least 1");
        } else {
            model.put("decoder_layers", layers.asInt());
        }
    }

    private static void readPerceptron(JsonNode config, ObjectNode model, List<String> problems) {
        String kind = text(config, PERCEPTRON, RELU);
        boolean gated = kind.equals(GATED_GELU);
        if (!gated && !kind.equals(RELU)) {
            problems.add(PERCEPTRON + "=" + kind + " is not one that Weft has: " + RELU + ", " + GATED_GELU);
            return;
        }
        JsonNode said = config.path(GATED);
        if (Json.isGiven(said) && (!said.isBoolean() || said.asBoolean() != gated)) {
            problems.add(GATED + "=" + said + " disagrees with " + PERCEPTRON + "=" + kind);
        }
        String nonlinearity = gated ? TANH_GELU : RELU;
        if (!text(config, NONLINEARITY, nonlinearity).equals(nonlinearity)) {
            problems.add(NONLINEARITY + "=" + config.path(NONLINEARITY).asText() + " disagrees with " + PERCEPTRON + "="
                    + kind);
        }
        model.put("gated_perceptron", gated);
    }

    private static void readHead(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        for (String key : List.of(TIED, SCALED)) {
            if (Json.isGiven(config.path(key)) && !config.path(key).isBoolean()) {
                problems.add(key + "=" + config.path(key) + " is not true or false");
                return;
            }
        }
        boolean tied = config.path(TIED).asBoolean(true);
        boolean scaled = config.path(SCALED).asBoolean(tied);
        if (scaled && !tied) {
            problems.add(SCALED + "=true disagrees with " + TIED + "=false: only the embedding is scaled as a head");
        }
        if (!scaled && tied && !tensors.contains(T5Family.HEAD)) {
            problems.add(SCALED + "=false without a tensor " + T5Family.HEAD
                    + " is not one that Weft has: version 1.1, whose head is not scaled, has one of its own");
        }
        model.put(TIED, scaled);
    }

    private static String text(JsonNode config, String key, String fallback) {
        return Json.isGiven(config.path(key)) ? config.path(key).asText() : fallback;
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        boolean gated = model.gatedPerceptron();
        config.put("d_kv", model.headWidth());
        config.put(DECODER, T5Family.decoderBlocks(model));
        config.put("relative_attention_num_buckets", T5Family.buckets(model));
        config.put("relative_attention_max_distance", T5Family.farthest(model));
        config.put(PERCEPTRON, gated ? GATED_GELU : RELU);
        config.put(GATED, gated);
        config.put(NONLINEARITY, gated ? TANH_GELU : RELU);
        config.put(TIED, model.tiedHead());
        config.put(SCALED, model.tiedHead());
        config.put("pad_token_id", T5Family.DECODER_START);
    }
}
