package org.weft.hub.onnx;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.hub.onnx.OnnxGraph.Attribute;

/**
 * Scaled dot-product attention, with heads of keys and values that several heads of queries may share, and keys and values of
 * earlier tokens where there are any.
 *
 * <p>B sequences, T tokens, P before them, S = P + T, H heads, G heads of keys and values, N = H / G, K width of a head.
 */
record OnnxAttention(OnnxLayers layers, OnnxInputs inputs, ModelConfig model, Family family) {

    /**
     * What each query takes from the values.
     *
     * @param queries (B, T, H, K)
     * @param keys (B, T, G, K)
     * @param values (B, T, G, K)
     * @param window tokens that a query looks back at; 0 for all
     * @return (B, T, H K)
     */
    String apply(int block, String queries, String keys, String values, int window) {
        OnnxGraph graph = layers.graph();
        int groups = model.keyValueHeads();
        int width = model.headWidth();
        String allKeys = all(block, "key", keys); // (B, G, S, K)
        String allValues = all(block, "value", values); // (B, G, S, K)
        String grouped = graph.op(
                "Reshape",
                List.of(queries, graph.longs(0, 0, groups, model.heads() / groups, width))); // (B, T, G, N, K)
        String q = graph.op("Transpose", grouped, Attribute.of("perm", 0, 2, 3, 1, 4)); // (B, G, N, T, K)
        String k = graph.op("Unsqueeze", List.of(allKeys, graph.longs(2))); // (B, G, 1, S, K)
        String turned = graph.op("Transpose", k, Attribute.of("perm", 0, 1, 2, 4, 3)); // (B, G, 1, K, S)
        String scaled = layers.mul(q, graph.scalar(family.attentionScale(model)));
        String scores = graph.op("MatMul", List.of(scaled, turned)); // (B, G, N, T, S)
        if (family.attentionSoftcap(model) > 0) {
            scores = layers.capped(scores, family.attentionSoftcap(model));
        }
        String shares = graph.op("Softmax", layers.add(scores, inputs.mask(window)), Attribute.of("axis", -1));
        String v = graph.op("Unsqueeze", List.of(allValues, graph.longs(2))); // (B, G, 1, S, K)
        String mixed = graph.op("MatMul", List.of(shares, v)); // (B, G, N, T, K)
        String back = graph.op("Transpose", mixed, Attribute.of("perm", 0, 3, 1, 2, 4)); // (B, T, G, N, K)
        return graph.op("Reshape", List.of(back, graph.longs(0, 0, (long) model.heads() * width))); // (B, T, H K)
    }

    /** Those of earlier tokens and these; what comes of it goes out again. (B, T, G, K) to (B, G, S, K) */
    private String all(int block, String what, String own) {
        OnnxGraph graph = layers.graph();
        String fresh = graph.op("Transpose", own, Attribute.of("perm", 0, 2, 1, 3)); // (B, G, T, K)
        if (!inputs.cached()) {
            return fresh;
        }
        int groups = model.keyValueHeads();
        int width = model.headWidth();
        String past = graph.input(
                "past_key_values." + block + "." + what,
                OnnxGraph.FLOAT,
                OnnxInputs.BATCH,
                groups,
                OnnxInputs.PAST,
                width);
        String all = graph.op("Concat", List.of(past, fresh), Attribute.of("axis", 2)); // (B, G, S, K)
        graph.outputLast(
                all, "present." + block + "." + what, OnnxGraph.FLOAT, OnnxInputs.BATCH, groups, OnnxInputs.ALL, width);
        return all;
    }
}
