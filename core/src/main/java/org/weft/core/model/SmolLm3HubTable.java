package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * SmolLM 3 as Hugging Face has it. Which blocks turn is a list of 1 and 0, or else every how many-th does not:
 *
 * <pre>
 *   "no_rope_layers": [1, 1, 1, 0, …]
 *   "no_rope_layer_interval": 4
 * </pre>
 */
final class SmolLm3HubTable extends RotaryHubTable {
    private static final String TURNED = "no_rope_layers";
    private static final String INTERVAL = "no_rope_layer_interval";

    @Override
    RotaryFamily family() {
        return new SmolLm3Family();
    }

    @Override
    public String spanBase() {
        return "transformer.";
    }

    @Override
    public String classPrefix() {
        return "SmolLM3";
    }

    @Override
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(2_000_000);
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.SWITCHED, 0);
    }

    @Override
    public List<ConfigKey> keys() {
        return with(super.keys(), ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", true));
    }

    @Override
    public List<Setting> settings() {
        return with(super.settings(), Setting.of("attention_bias", false), Setting.of("mlp_bias", false));
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), TURNED, INTERVAL);
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        super.read(config, tensors, model, problems);
        int layers = config.path("num_hidden_layers").asInt();
        JsonNode turned = config.path(TURNED);
        JsonNode said = config.path(INTERVAL);
        if (Json.isGiven(said) && !(said.isIntegralNumber() && said.canConvertToInt() && said.asInt() > 0)) {
            problems.add(INTERVAL + "=" + said + " is no number of layers");
            return;
        }
        int interval = said.asInt(4);
        if (Json.isGiven(turned)) {
            List<Integer> still = new ArrayList<>();
            IntStream.range(0, Math.min(layers, turned.size())) // the library looks at no more of a longer list
                    .filter(i ->
                            turned.path(i).isIntegralNumber() && turned.path(i).asInt() == 0)
                    .forEach(still::add);
            int every = still.isEmpty() ? layers + 1 : still.get(0) + 1;
            interval = every;
            boolean regular = turned.size() >= layers
                    && IntStream.range(0, layers)
                            .allMatch(i -> still.contains(i) == ((i + 1) % every == 0)
                                    && (still.contains(i)
                                            || turned.path(i).isIntegralNumber()
                                                    && turned.path(i).asInt() == 1));
            if (!regular) {
                problems.add(TURNED + "=" + turned + " is not an order of " + layers
                        + " layers that Weft has: 0 in every layer of a number that divides, such as each 4th");
                return;
            }
        }
        if (interval != 4) {
            model.put("no_rope_every", interval);
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        ArrayNode turned = config.putArray(TURNED);
        for (int block = 0; block < model.layers(); block++) {
            turned.add(family().turns(model, block) ? 1 : 0);
        }
        config.put(INTERVAL, model.noRopeEvery() > 0 ? model.noRopeEvery() : 4);
    }

    @Override
    int keyValueHeads() {
        return 4;
    }
}
