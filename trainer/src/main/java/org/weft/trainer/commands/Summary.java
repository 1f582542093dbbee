package org.weft.trainer.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.weft.core.Json;
import org.weft.core.privacy.SpentPrivacy;
import org.weft.driver.run.RunResult;

/** The last line on stdout: one JSON object, for programs. */
final class Summary {

    private final ObjectNode object = Json.MAPPER.createObjectNode();

    Summary(String command) {
        object.put("command", command);
    }

    static Summary of(String command, RunResult result) {
        Summary summary = new Summary(command).put("step", result.step());
        summary.number("loss", result.loss()).number("val_loss", result.validationLoss());
        summary.put("tokens_per_second", Math.round(result.tokensPerSecond())).put("parameters", result.parameters());
        if (result.checkpoint() != null) {
            summary.put("params_sha256", result.checkpoint().manifest().paramsSha256())
                    .put("checkpoint", result.checkpoint().directory());
            Double sparsity = result.checkpoint().manifest().sparsity();
            summary.number("sparsity", sparsity == null ? Double.NaN : sparsity);
            SpentPrivacy privacy = result.checkpoint().manifest().privacy();
            if (privacy != null) {
                summary.number("epsilon", privacy.epsilon()).number("delta", privacy.delta());
            }
        }
        return result.stopped() ? summary.put("stopped", "asked to end before the last step") : summary;
    }

    Summary put(String key, String value) {
        object.put(key, value);
        return this;
    }

    Summary put(String key, long value) {
        object.put(key, value);
        return this;
    }

    /** A value of several parts. */
    Summary put(String key, JsonNode value) {
        object.set(key, value);
        return this;
    }

    /** A number that may be unknown: left out where it is NaN. */
    Summary number(String key, double value) {
        if (Double.isFinite(value)) {
            object.put(key, value);
        }
        return this;
    }

    void print() {
        try {
            System.out.println(Json.MAPPER.writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        System.out.flush();
    }
}
