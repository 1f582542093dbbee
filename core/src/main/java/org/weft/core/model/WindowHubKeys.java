package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * Sliding windows in config.json:
 *
 * <pre>
 *   "sliding_window": 4096 | null
 *   "use_sliding_window": false                       without: true where there is a window
 *   "max_window_layers": 28                           blocks from the bottom that look at all; before there were layer_types
 *   "layer_types": ["sliding_attention", "full_attention", …]
 * </pre>
 *
 * <p>L blocks, W tokens of a window.
 *
 * @param family whose windows they are
 * @param told which of the keys the family has
 * @param fallback Hugging Face's W where {@code sliding_window} is not there
 */
record WindowHubKeys(RotaryFamily family, Told told, int fallback) {
    private static final String WINDOW = "sliding_window";
    private static final String SWITCH = "use_sliding_window";
    private static final String FULL_BELOW = "max_window_layers";
    /** Hugging Face's where it is not there. */
    private static final int USUAL_FULL_BELOW = 28;

    private static final String KINDS = "layer_types";
    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";

    /** The keys that a family has. */
    enum Told {
        /** The window alone: of all blocks. */
        ALONE(Set.of(WINDOW)),
        /** And each block's kind. */
        BY_LAYER(Set.of(WINDOW, KINDS)),
        /** And a switch, for which most of its models have it off. */
        SWITCHED(Set.of(WINDOW, KINDS, SWITCH, FULL_BELOW));

        private final Set<String> keys;

        Told(Set<String> keys) {
            this.keys = keys;
        }
    }

    Set<String> keys() {
        return told.keys;
    }

    void read(JsonNode config, ObjectNode model, List<String> problems) {
        JsonNode window = config.path(WINDOW);
        if (Json.isGiven(window) && !(window.isIntegralNumber() && window.canConvertToInt() && window.asInt() > 0)) {
            problems.add(WINDOW + "=" + window + " is no number of tokens");
            return;
        }
        JsonNode switched = config.path(SWITCH);
        if (told == Told.SWITCHED && Json.isGiven(switched) && !switched.isBoolean()) {
            problems.add(SWITCH + "=" + switched + " is not true or false");
            return;
        }
        boolean off = told == Told.SWITCHED && !switched.asBoolean(false);
        int tokens = off ? 0 : config.has(WINDOW) ? window.asInt(0) : fallback;
        if (tokens > 0) {
            readKinds(config, tokens, model, problems);
        }
    }

    /** Which blocks have the window: where none has it, there is none. */
    private void readKinds(JsonNode config, int tokens, ObjectNode model, List<String> problems) {
        int layers = config.path("num_hidden_layers").asInt();
        JsonNode kinds = config.path(KINDS);
        boolean told = this.told != Told.ALONE && Json.isGiven(kinds);
        if (told && !areKinds(kinds, layers)) {
            problems.add(KINDS + "=" + kinds + " are not kinds of " + layers + " layers that Weft has: " + SLIDING
                    + ", " + FULL);
            return;
        }
        JsonNode said = config.has(FULL_BELOW) ? config.path(FULL_BELOW) : IntNode.valueOf(USUAL_FULL_BELOW);
        int below = said.asInt(-1);
        if (!told && this.told == Told.SWITCHED && (below < 0 || below > 0 && below < layers)) {
            problems.add(FULL_BELOW + "=" + said + (config.has(FULL_BELOW) ? "" : ", where it is not there,")
                    + " is not one that Weft has for " + layers + " layers: 0, for a window in all, or " + layers
                    + ", for none");
            return;
        }
        boolean allFull = told
                && IntStream.range(0, layers)
                        .allMatch(i -> kinds.path(i).asText().equals(FULL));
        if (allFull || !told && this.told == Told.SWITCHED && below > 0) {
            return;
        }
        model.put(WINDOW, tokens);
        if (told) {
            every(kinds, layers, model, problems);
        }
    }

    private void every(JsonNode kinds, int layers, ObjectNode model, List<String> problems) {
        int usual = family.fullAttentionEvery();
        int first = IntStream.range(0, layers)
                .filter(i -> kinds.path(i).asText().equals(FULL))
                .findFirst()
                .orElse(layers);
        int every = first < layers ? first + 1 : usual == 0 || usual > layers ? usual : layers + 1;
        boolean regular = IntStream.range(0, layers)
                .allMatch(i -> kinds.path(i).asText().equals(FULL) == (every > 0 && (i + 1) % every == 0));
        if (!regular) {
            problems.add(KINDS + "=" + kinds + " is not an order that Weft has: " + FULL + " in every layer of a number"
                    + " that divides, such as each 6th");
        } else if (every != usual) {
            model.put("full_attention_every", every);
        }
    }

    private static boolean areKinds(JsonNode kinds, int layers) {
        if (!kinds.isArray() || kinds.size() != layers) {
            return false;
        }
        for (JsonNode kind : kinds) {
            if (!kind.asText().equals(SLIDING) && !kind.asText().equals(FULL)) {
                return false;
            }
        }
        return true;
    }

    void write(ModelConfig model, ObjectNode config) {
        boolean windowed = model.slidingWindow() > 0;
        if (windowed) {
            config.put(WINDOW, model.slidingWindow());
        } else {
            config.putNull(WINDOW);
        }
        if (told == Told.SWITCHED) {
            config.put(SWITCH, windowed).put(FULL_BELOW, windowed ? 0 : model.layers());
        }
        if (told != Told.ALONE) {
            ArrayNode kinds = config.putArray(KINDS);
            IntStream.range(0, model.layers())
                    .forEach(block -> kinds.add(family.window(model, block) > 0 ? SLIDING : FULL));
        }
    }
}
