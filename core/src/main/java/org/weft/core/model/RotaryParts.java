package org.weft.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BlockParts.Axis;
import org.weft.core.model.BlockParts.Slices;

/**
 * What may leave a block of {@link RotaryFamily Llama and its relatives}, whose heads have a width of their own.
 *
 * <p>D width, H heads, K width of a head, G heads of keys and values, M width within the perceptron.
 */
final class RotaryParts {
    private static final String NORMED_TOGETHER = "its norms of queries and keys are of all heads together";

    private RotaryParts() {}

    /** Of a block with one perceptron. */
    static BlockParts of(RotaryFamily family, ModelConfig model, String prefix) {
        int hidden = model.hiddenWidth();
        String down = prefix + "mlp.down_proj";
        Axis units = family.fused()
                ? BlockParts.gatedTogether(hidden, prefix + "mlp.gate_up_proj", down)
                : BlockParts.gated(hidden, prefix + "mlp.gate_proj", prefix + "mlp.up_proj", down);
        return of(family, model, prefix, List.of(units));
    }

    /** Of a block with these perceptrons. */
    static BlockParts of(RotaryFamily family, ModelConfig model, String prefix, List<Axis> units) {
        String project = prefix + "self_attn.o_proj.weight";
        List<String> outputs = new ArrayList<>(List.of(project));
        units.forEach(axis -> outputs.add(axis.output().parameter()));
        boolean together = family.queryKeyNorm() == QueryKeyNorm.PROJECTION;
        Axis heads = new Axis(model.keyValueHeads(), heads(family, model, prefix + "self_attn.", project));
        return new BlockParts(
                together ? Optional.empty() : Optional.of(heads),
                together ? NORMED_TOGETHER : "",
                units,
                List.copyOf(outputs),
                "");
    }

    private static List<Slices> heads(RotaryFamily family, ModelConfig model, String prefix, String project) {
        int width = model.headWidth(); // K
        int shared = model.keyValueHeads() * width; // G K
        int reading = model.heads() / model.keyValueHeads() * width; // H / G K, the queries of one item
        int queries = model.heads() * width; // H K
        List<Slices> slices = new ArrayList<>();
        for (String kind : family.biased() ? List.of(".weight", ".bias") : List.of(".weight")) {
            if (family.fused()) {
                slices.add(new Slices(prefix + "qkv_proj" + kind, 0, 0, reading));
                slices.add(new Slices(prefix + "qkv_proj" + kind, 0, queries, width));
                slices.add(new Slices(prefix + "qkv_proj" + kind, 0, queries + shared, width));
            } else {
                slices.add(new Slices(prefix + "q_proj" + kind, 0, 0, reading));
                slices.add(new Slices(prefix + "k_proj" + kind, 0, 0, width));
                slices.add(new Slices(prefix + "v_proj" + kind, 0, 0, width));
            }
        }
        slices.add(new Slices(project, 1, 0, reading)); // (D, H K)
        return slices;
    }
}
