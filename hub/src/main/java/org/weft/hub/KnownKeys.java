package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.model.HubTable;

/**
 * What may stand in a config.json: a key that nobody here knows may change what the model computes, and is refused rather
 * than passed over. Of those that are known, some change nothing in Weft.
 */
final class KnownKeys {
    private static final int SHOWN = 60;

    /** Keys that any family's file may have, by what they are of; what they say is Weft's business elsewhere, or nobody's. */
    private static final Map<String, Set<String>> IGNORED = Map.of(
            "who wrote the file, and with what",
            Set.of(
                    "_name_or_path",
                    "name_or_path",
                    "name",
                    "_commit_hash",
                    "_attn_implementation",
                    "_attn_implementation_autoset",
                    "attn_implementation",
                    "_flash_attn_2_enabled",
                    "use_flash_attn",
                    "auto_map",
                    "transformers_version",
                    RowReading.KEY,
                    "custom_pipelines",
                    "is_llama_config",
                    "transformers.js_config",
                    "neftune_noise_alpha",
                    "unsloth_fixed",
                    "unsloth_version",
                    "unsloth_tag"),
            "which model it is: read, or by a program that asks for a class",
            Set.of(
                    "architectures",
                    "model_type",
                    "vocab_size",
                    "tokenizer_class",
                    "language",
                    "finetuning_task",
                    "task_specific_params",
                    "id2label",
                    "label2id",
                    "num_labels",
                    "_num_labels",
                    "problem_type",
                    "classifier_dropout",
                    "quantization_config"),
            "ids, which the tokenizer has",
            Set.of(
                    "bos_token_id",
                    "eos_token_id",
                    "pad_token_id",
                    "sep_token_id",
                    "cls_token_id",
                    "mask_token_id",
                    "unk_token_id",
                    "decoder_start_token_id",
                    "prefix"),
            "types and memory of another program",
            Set.of(
                    "torch_dtype",
                    "dtype",
                    "use_bfloat16",
                    "torchscript",
                    "use_cache",
                    "gradient_checkpointing",
                    "chunk_size_feed_forward",
                    "return_dict",
                    "output_attentions",
                    "output_hidden_states",
                    "tf_legacy_loss",
                    "model_max_length",
                    "max_sequence_length",
                    "output_past",
                    "keys_to_ignore_at_inference"),
            "how a model began that is there now, and how its sums were cut while it was pre-trained",
            Set.of("initializer_range", "initializer_factor", "pretraining_tp"),
            "heads of GPT's first tasks",
            Set.of("n_special", "predict_special_tokens"),
            "encoders with decoders",
            Set.of(
                    "is_decoder",
                    "add_cross_attention",
                    "is_encoder_decoder",
                    "tie_encoder_decoder",
                    "cross_attention_hidden_size"),
            "how text is generated, as older files say it",
            Set.of(
                    "max_length",
                    "min_length",
                    "do_sample",
                    "early_stopping",
                    "num_beams",
                    "num_beam_groups",
                    "diversity_penalty",
                    "temperature",
                    "top_k",
                    "top_p",
                    "typical_p",
                    "repetition_penalty",
                    "length_penalty",
                    "no_repeat_ngram_size",
                    "encoder_no_repeat_ngram_size",
                    "bad_words_ids",
                    "num_return_sequences",
                    "output_scores",
                    "return_dict_in_generate",
                    "forced_bos_token_id",
                    "forced_eos_token_id",
                    "remove_invalid_values",
                    "exponential_decay_length_penalty",
                    "suppress_tokens",
                    "begin_suppress_tokens"));

    /** Switches of a family's own code, as published files have them where they are off: any other value changes the model. */
    private static final Map<String, JsonNode> OFF = Map.of(
            "mlp_bias", BooleanNode.FALSE,
            "lm_head_bias", BooleanNode.FALSE,
            "rope_interleaved", BooleanNode.FALSE,
            "use_mrope", BooleanNode.FALSE,
            "full_attn_mod", IntNode.valueOf(1),
            "interpolate_factor", IntNode.valueOf(1));

    private KnownKeys() {}

    /** Reports each key that is neither the family's nor ignored, unless it says nothing. */
    static void refuseOthers(HubTable family, JsonNode config, List<String> problems) {
        for (Map.Entry<String, JsonNode> field : config.properties()) {
            String key = field.getKey();
            JsonNode value = field.getValue();
            boolean silent = value.isNull() || value.isContainerNode() && value.isEmpty() || value.equals(OFF.get(key));
            if (!silent && !isOf(family, key) && IGNORED.values().stream().noneMatch(keys -> keys.contains(key))) {
                String shown = value.toString();
                problems.add(key + "=" + (shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown)
                        + " is not a key of " + family.modelType()
                        + " that Weft knows: take it out if it changes nothing that the model computes");
            }
        }
    }

    private static boolean isOf(HubTable family, String key) {
        return family.keys().stream().anyMatch(row -> row.foreign().contains(key))
                || family.settings().stream().anyMatch(row -> row.foreign().equals(key))
                || family.special().contains(key)
                || family.ignored().contains(key);
    }
}
