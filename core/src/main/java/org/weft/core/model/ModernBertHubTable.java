package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * ModernBERT as Hugging Face has it. Which blocks look at all tokens, and the bases of rotary positions, are told in two forms, of
 * which the first is written, for every version reads it:
 *
 * <pre>
 *   "global_attn_every_n_layers": 3, "global_rope_theta": 160000.0, "local_rope_theta": 10000.0
 *   "layer_types": ["full_attention", "sliding_attention", …],
 *   "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 160000.0}, "sliding_attention": {…}}
 * </pre>
 */
record ModernBertHubTable() implements HubTable {
    private static final String EVERY = "global_attn_every_n_layers";
    private static final String KINDS = "layer_types";
    private static final String PARAMETERS = "rope_parameters";
    private static final String SCALING = "rope_scaling";
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String GLOBAL_THETA = "global_rope_theta";
    private static final String LOCAL_THETA = "local_rope_theta";

    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("num_hidden_layers", "layers"),
            ConfigKey.required("hidden_size", "width"),
            ConfigKey.required("num_attention_heads", "heads"),
            ConfigKey.required("intermediate_size", "mlp_width"),
            ConfigKey.required("max_position_embeddings", "context"),
            ConfigKey.of("norm_eps", "norm_epsilon", 1e-5));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("hidden_activation", "gelu"),
            Setting.of("classifier_activation", "gelu"),
            Setting.of("norm_bias", false),
            Setting.of("attention_bias", false),
            Setting.of("mlp_bias", false),
            Setting.of("classifier_bias", false),
            Setting.of("decoder_bias", true),
            Setting.of("attention_dropout", 0.0),
            Setting.of("embedding_dropout", 0.0),
            Setting.of("mlp_dropout", 0.0),
            Setting.of("tie_word_embeddings", true));

    /** The decoder is the embedding and has a bias of its own. */
    private static final Names NAMES = new Names(
            "model.",
            "model.",
            List.of("head.", "decoder."),
            Pattern.compile("model\\.(layers\\.\\d+\\.attn\\.)?rotary_emb\\.(\\w+_)?inv_freq"),
            Map.of("decoder.weight", "model.embeddings.tok_embeddings.weight"));

    @Override
    public String modelType() {
        return new ModernBertFamily().name();
    }

    @Override
    public List<String> architectures() {
        return List.of("ModernBertForMaskedLM", "ModernBertModel");
    }

    @Override
    public String classPrefix() {
        return "ModernBert";
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
        return Set.of(
                "local_attention", EVERY, KINDS, PARAMETERS, SCALING, GLOBAL_THETA, LOCAL_THETA, "classifier_pooling");
    }

    /** How its own code trains and computes, and two keys of BERT's that its files have and nothing reads. */
    @Override
    public Set<String> ignored() {
        return Set.of(
                "initializer_cutoff_factor",
                "deterministic_flash_attn",
                "reference_compile",
                "repad_logits_with_grad",
                "sparse_prediction",
                "sparse_pred_ignore_index",
                "layer_norm_eps",
                "position_embedding_type");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    /** Of a bare encoder the perceptron before the matrix is not there either. */
    @Override
    public List<String> freshWhereAbsent() {
        return List.of("head.", "decoder.");
    }

    /** It has them by default, too, and vocabularies that are smaller than they are. */
    @Override
    public List<String> tokenIds() {
        return List.of("cls", "sep");
    }

    @Override
    public String spanHead() {
        return "classifier";
    }

    @Override
    public Optional<String> poolingKey() {
        return Optional.of("classifier_pooling");
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        JsonNode window = config.path("local_attention");
        if (Json.isGiven(window) && !(window.isInt() && window.asInt() >= 2)) {
            problems.add("local_attention=" + window + " is no number of tokens");
        } else if (window.asInt(ModernBertFamily.WINDOW) != ModernBertFamily.WINDOW) {
            model.put("sliding_window", window.asInt());
        }
        readKinds(config, model, problems);
        if (Json.isGiven(config.path(SCALING))) {
            problems.add(SCALING + "=" + config.path(SCALING) + " is not one that Weft has: null");
        }
        readRotary(config.path(PARAMETERS), problems);
        model.put("rope_theta", theta(config, FULL, GLOBAL_THETA, 160_000, problems));
        double local = theta(config, SLIDING, LOCAL_THETA, 10_000, problems);
        if (local != 10_000) {
            model.put("rope_local_theta", local);
        }
    }

    /** Of each kind of layers the base of its frequencies, which {@link #theta} reads, and nothing that scales them. */
    private static void readRotary(JsonNode said, List<String> problems) {
        boolean byKind = said.properties().stream()
                .allMatch(entry -> List.of(FULL, SLIDING).contains(entry.getKey())
                        && (entry.getValue().isObject() || !Json.isGiven(entry.getValue())));
        if (Json.isGiven(said) && !(said.isObject() && byKind)) {
            problems.add(PARAMETERS + "=" + said + " is not one that Weft has: an object for " + FULL + " and one for "
                    + SLIDING);
            return;
        }
        said.properties().forEach(section -> {
            String type = section.getValue().path("rope_type").asText("default");
            if (!type.equals("default")) {
                problems.add(PARAMETERS + " of type=" + type + " is not one that Weft has: default");
                return;
            }
            section.getValue().properties().stream()
                    .filter(entry -> !List.of("rope_type", "rope_theta").contains(entry.getKey()))
                    .filter(entry -> Json.isGiven(entry.getValue()))
                    .forEach(entry -> problems.add(PARAMETERS + "." + section.getKey() + "." + entry.getKey() + "="
                            + entry.getValue() + " is not one that Weft has"));
        });
    }

    /** The first block and then every n-th. */
    private static void readKinds(JsonNode config, ObjectNode model, List<String> problems) {
        JsonNode said = config.path(EVERY);
        if (Json.isGiven(said) && !(said.isInt() && said.asInt() >= 1)) {
            problems.add(EVERY + "=" + said + " is no number of layers");
            return;
        }
        int every = said.asInt(ModernBertFamily.FULL_ATTENTION_EVERY);
        List<String> kinds = new ArrayList<>();
        config.path(KINDS).forEach(kind -> kinds.add(kind.asText()));
        if (!kinds.isEmpty()) {
            int second = kinds.subList(1, kinds.size()).indexOf(FULL) + 1;
            every = second > 0 ? second : Math.max(every, kinds.size());
            int found = every;
            boolean regular = kinds.size() == config.path("num_hidden_layers").asInt()
                    && IntStream.range(0, kinds.size())
                            .allMatch(i -> kinds.get(i).equals(i % found == 0 ? FULL : SLIDING));
            if (!regular) {
                problems.add(KINDS + "=" + config.path(KINDS) + " is not an order that Weft has: " + FULL
                        + " in the first layer and every n-th after it, " + SLIDING + " in the others");
            }
        }
        if (every != ModernBertFamily.FULL_ATTENTION_EVERY) {
            model.put("full_attention_every", every);
        }
    }

    private static double theta(JsonNode config, String kind, String key, double usual, List<String> problems) {
        JsonNode own = config.path(PARAMETERS).path(kind).path("rope_theta");
        JsonNode flat = config.path(key);
        for (JsonNode said : List.of(own, flat)) {
            if (Json.isGiven(said) && !said.isNumber()) {
                problems.add(
                        (said == flat ? key : PARAMETERS + "." + kind + ".rope_theta") + "=" + said + " is no number");
                return usual;
            }
        }
        if (Json.isGiven(own) && Json.isGiven(flat) && own.asDouble() != flat.asDouble()) {
            problems.add(PARAMETERS + "." + kind + ".rope_theta=" + own + " and " + key + "=" + flat + " disagree");
        }
        return own.asDouble(flat.asDouble(usual));
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        config.put("local_attention", ModernBertFamily.windowOf(model));
        config.put(EVERY, ModernBertFamily.every(model));
        config.put(GLOBAL_THETA, model.ropeTheta());
        config.put(LOCAL_THETA, new ModernBertFamily().windowTheta(model));
    }
}
