package org.weft.hub.onnx;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.hub.onnx.OnnxGraph.Attribute;

/**
 * Rotary positions (Su et al. 2021): elements j and j + R/2 of a head are turned as a pair. Cosines and sines are tables, computed in
 * float64 and rounded once, as in Weft.
 *
 * <p>B sequences, T tokens, H heads, K width of a head, R of its elements that are turned, C longest context.
 *
 * @param cosines of these tokens, (B, T, 1, R/2)
 * @param sines the same
 * @param half R/2
 */
record OnnxRotary(OnnxLayers layers, String cosines, String sines, int half) {

    /**
     * @param name of the tables
     * @param frequencies (R/2)
     * @param positions (B, T)
     */
    static OnnxRotary of(
            OnnxLayers layers,
            String name,
            ModelConfig model,
            double[] frequencies,
            double magnitude,
            String positions) {
        int half = frequencies.length;
        OnnxWeight cosines = OnnxWeight.table(
                name + ".cos",
                model.context(),
                half,
                (position, j) -> magnitude * Math.cos(position * frequencies[j])); // (C, R/2)
        OnnxWeight sines = OnnxWeight.table(
                name + ".sin",
                model.context(),
                half,
                (position, j) -> magnitude * Math.sin(position * frequencies[j])); // (C, R/2)
        return new OnnxRotary(layers, at(layers, cosines, positions), at(layers, sines, positions), half);
    }

    private static String at(OnnxLayers layers, OnnxWeight table, String positions) {
        OnnxGraph graph = layers.graph();
        String rows = layers.rows(graph.weight(table), positions); // (B, T, R/2)
        return graph.op("Unsqueeze", List.of(rows, graph.longs(2))); // (B, T, 1, R/2)
    }

    /**
     * Turns queries or keys, (B, T, H, K).
     *
     * @param width K
     */
    String turn(String x, int width) {
        OnnxGraph graph = layers.graph();
        int still = width - 2 * half;
        List<String> parts =
                still == 0 ? layers.parts(x, half, half) : layers.parts(x, half, half, still); // (B, T, H, R/2) …
        String first = graph.op("Sub", List.of(layers.mul(parts.get(0), cosines), layers.mul(parts.get(1), sines)));
        String second = layers.add(layers.mul(parts.get(1), cosines), layers.mul(parts.get(0), sines));
        List<String> turned = new ArrayList<>(List.of(first, second));
        turned.addAll(parts.subList(2, parts.size()));
        return graph.op("Concat", turned, Attribute.of("axis", -1)); // (B, T, H, K)
    }
}
