package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/** Gemma 2 as Hugging Face has it, where a cap that is null is none. */
final class Gemma2HubTable extends GemmaHubTable {
    private static final Map<String, Double> CAPS =
            Map.of("attn_logit_softcapping", 50.0, "final_logit_softcapping", 30.0);

    @Override
    RotaryFamily family() {
        return new Gemma2Family();
    }

    @Override
    public String classPrefix() {
        return "Gemma2";
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), CAPS.keySet().toArray(String[]::new));
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        super.read(config, tensors, model, problems);
        CAPS.forEach((key, usual) -> {
            JsonNode cap = config.path(key);
            if (cap.isNull()) {
                model.put(key, -1);
            } else if (!cap.isMissingNode() && !(cap.isNumber() && cap.asDouble() > 0)) {
                problems.add(key + "=" + cap + " is no positive number");
            } else if (Json.isGiven(cap) && cap.asDouble() != usual) {
                model.set(key, cap);
            }
        });
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        put(config, "attn_logit_softcapping", family().attentionSoftcap(model));
        put(config, "final_logit_softcapping", family().logitSoftcap(model));
    }

    private static void put(ObjectNode config, String key, double cap) {
        if (cap > 0) {
            config.put(key, cap);
        } else {
            config.putNull(key);
        }
    }

    @Override
    public Set<String> tasksWithoutClass() {
        return Set.of(SPANS);
    }
}
