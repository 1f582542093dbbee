package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.storage.Store;

/**
 * How a model's {@code generation_config.json} wants texts to be generated where nobody says otherwise. What is null the
 * file does not say.
 *
 * @param temperature 0, the likeliest token, of {@code do_sample: false}; 1 of {@code do_sample: true} alone
 * @param topK of {@code do_sample: true} alone 50, as {@code transformers} takes it
 * @param ignored what it says and Weft does not do, as {@code key=value}
 */
public record GenerationDefaults(
        Double temperature,
        Integer topK,
        Double topP,
        Double repetitionPenalty,
        Integer maxNewTokens,
        List<String> ignored) {
    /** Of a model without the file. */
    public static final GenerationDefaults NONE = new GenerationDefaults(null, null, null, null, null, List.of());

    private static final int TOP_K = 50;

    /** Keys that are read here or elsewhere, or say nothing of what is generated. */
    private static final Set<String> READ = Set.of(
            "do_sample",
            "temperature",
            "top_k",
            "top_p",
            "repetition_penalty",
            "max_new_tokens",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "_from_model_config",
            "transformers_version",
            "use_cache",
            "cache_implementation",
            "return_dict_in_generate",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "output_logits");

    /** Values that leave texts as they are, beside null, false and what is empty. */
    private static final Set<String> OFF = Set.of(
            "num_beams=1",
            "num_beam_groups=1",
            "num_return_sequences=1",
            "length_penalty=1.0",
            "diversity_penalty=0.0",
            "typical_p=1.0",
            "min_p=0.0",
            "epsilon_cutoff=0.0",
            "eta_cutoff=0.0",
            "min_length=0",
            "no_repeat_ngram_size=0",
            "encoder_no_repeat_ngram_size=0",
            "encoder_repetition_penalty=1.0");

    /**
     * What lies beside a model's tokenizer.
     *
     * @throws org.weft.core.WeftException where a value is of a type or size that says nothing
     */
    public static GenerationDefaults beside(Store store, String directory) throws IOException {
        String path = directory + "/" + TokenRoles.GENERATION_CONFIG;
        JsonNode said = TokenRoles.read(store, path);
        if (said.isMissingNode()) {
            return NONE;
        }
        Boolean sample = TokenRoles.flag(said, "do_sample", path);
        Double temperature = number(said, "temperature", 0, Double.MAX_VALUE, path);
        Double topK = number(said, "top_k", 0, Integer.MAX_VALUE, path);
        Double most = number(said, "max_new_tokens", 1, Integer.MAX_VALUE, path);
        if (Boolean.FALSE.equals(sample)) {
            temperature = 0.0;
        } else if (Boolean.TRUE.equals(sample)) {
            temperature = temperature == null ? 1.0 : temperature;
            topK = topK == null ? TOP_K : topK;
        }
        return new GenerationDefaults(
                temperature,
                topK == null ? null : topK.intValue(),
                number(said, "top_p", Double.MIN_VALUE, 1, path),
                number(said, "repetition_penalty", 1e-6, 1e6, path),
                most == null ? null : most.intValue(),
                ignored(said));
    }

    private static List<String> ignored(JsonNode said) {
        List<String> ignored = new ArrayList<>();
        said.fields().forEachRemaining(entry -> {
            JsonNode value = entry.getValue();
            String shown = entry.getKey() + "=" + value;
            boolean off = !Json.isGiven(value)
                    || value.isBoolean() && !value.asBoolean()
                    || value.isContainerNode() && value.isEmpty()
                    || OFF.contains(shown);
            if (!off && !READ.contains(entry.getKey())) {
                ignored.add(shown);
            }
        });
        return List.copyOf(ignored);
    }

    private static Double number(JsonNode said, String key, double least, double most, String path) {
        JsonNode value = said.path(key);
        if (!Json.isGiven(value)) {
            return null;
        }
        if (!value.isNumber() || value.doubleValue() < least || value.doubleValue() > most) {
            throw TokenRoles.wrong(path, key, value, "a number that it can be");
        }
        return value.doubleValue();
    }

    /** A line for a person, empty where all is done that the file says. */
    public String notice() {
        return ignored.isEmpty()
                ? ""
                : TokenRoles.GENERATION_CONFIG + " says what Weft does not do: " + String.join(", ", ignored);
    }
}
