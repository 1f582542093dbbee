package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * RoBERTa and XLM-RoBERTa as Hugging Face has them. A file without the masked-language head gets a fresh one; a pooler, which
 * no class uses that is read, is left out.
 *
 * <pre>
 *   "max_position_embeddings": 514     rows of the table of positions: model.context and two that none reads
 *   "pad_token_id": 1                  positions are counted from behind it
 * </pre>
 */
record RobertaHubTable(RobertaFamily family, String classPrefix) implements HubTable {
    private static final String POSITIONS = "max_position_embeddings";

    /** BERT's, but for positions. */
    private static final List<ConfigKey> KEYS = BertHubTable.KEYS.stream()
            .filter(key -> !key.foreign().contains(POSITIONS))
            .toList();

    private static final List<Setting> SETTINGS = Stream.concat(
                    BertHubTable.SETTINGS.stream(), Stream.of(Setting.of("pad_token_id", 1)))
            .toList();

    /** Positions are counted, the decoder is the embedding and has the head's bias. */
    private static final Names NAMES = new Names(
            "roberta.",
            "roberta.",
            "lm_head.",
            Pattern.compile("roberta\\.embeddings\\.(position_ids|token_type_ids)"),
            Map.of(
                    "lm_head.decoder.weight",
                    "roberta.embeddings.word_embeddings.weight",
                    "lm_head.decoder.bias",
                    "lm_head.bias"));

    @Override
    public String modelType() {
        return family.name();
    }

    @Override
    public List<String> architectures() {
        return List.of(classPrefix + "ForMaskedLM", classPrefix + "Model");
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
        return Set.of(POSITIONS);
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public List<String> freshWhereAbsent() {
        return List.of("lm_head.");
    }

    @Override
    public Optional<String> leftOut() {
        return Optional.of("roberta.pooler.");
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        JsonNode positions = config.path(POSITIONS);
        if (!Json.isGiven(positions)) {
            problems.add(POSITIONS + " is missing");
        } else if (positions.isIntegralNumber() && !positions.canConvertToInt()) {
            problems.add(POSITIONS + "=" + positions + " is more than Weft can have, " + Integer.MAX_VALUE);
        } else if (!positions.isIntegralNumber() || positions.asInt() <= family.firstPosition()) {
            problems.add(POSITIONS + "=" + positions + " leaves no position behind the padding token's, "
                    + family.paddingId().orElseThrow());
        } else {
            model.put("context", positions.asInt() - family.firstPosition());
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        config.put(POSITIONS, model.context() + family.firstPosition());
    }
}
