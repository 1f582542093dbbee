package org.weft.trainer.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.weft.core.Json;

/** A size's result and a whole study as JSON. */
public final class StudyJson {

    private StudyJson() {}

    /**
     * A size's {@code result.json}.
     *
     * @param fingerprint of everything that decides the result
     */
    public static byte[] result(SizeResult result, String fingerprint) {
        return bytes(object(result).put("fingerprint", fingerprint));
    }

    public static SizeResult result(JsonNode tree) {
        FamilyMember member = new FamilyMember(
                tree.path("layers").asInt(),
                tree.path("width").asInt(),
                tree.path("heads").asInt(),
                tree.path("mlp_width").asInt(),
                tree.path("parameters").asLong(),
                tree.path("body_parameters").asLong());
        return new SizeResult(
                member,
                tree.path("tokens").asLong(),
                tree.path("loss").asDouble(),
                tree.path("seconds").asDouble());
    }

    /** The study's {@code results.json}. */
    public static byte[] study(Study study) {
        ObjectNode root = Json.INDENTED.createObjectNode();
        root.putObject("law")
                .put("form", "loss = floor + scale * parameters^-exponent")
                .put("floor", study.law().floor())
                .put("scale", study.law().scale())
                .put("exponent", study.law().exponent());
        root.set("fitted", Json.INDENTED.createArrayNode());
        for (SizeResult result : study.fitted()) {
            root.withArray("fitted").add(object(result).put("residual_percent", study.residualPercent(result)));
        }
        root.set(
                "held_out",
                object(study.heldOut())
                        .put("predicted", study.predicted())
                        .put("low", study.low())
                        .put("high", study.high())
                        .put("error_percent", study.errorPercent()));
        return bytes(root);
    }

    private static ObjectNode object(SizeResult result) {
        FamilyMember member = result.member();
        return Json.INDENTED
                .createObjectNode()
                .put("layers", member.layers())
                .put("width", member.width())
                .put("heads", member.heads())
                .put("mlp_width", member.mlpWidth())
                .put("parameters", member.parameters())
                .put("body_parameters", member.bodyParameters())
                .put("tokens", result.tokens())
                .put("loss", result.loss())
                .put("seconds", result.seconds());
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return (Json.INDENTED.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
