package org.weft.hub.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.hub.onnx.OnnxGraph.Attribute;

/**
 * What the families are made of: linear layers, norms, nonlinearities, tables that are looked up. Whatever has no operator of its own
 * in opset 17 is told in those that it has. For one thread.
 *
 * <p>B sequences, T tokens, D width, V vocabulary.
 */
final class OnnxLayers {
    private static final double GELU_CUBE = 0.044715;

    private final OnnxGraph graph;
    private final Map<String, Parameter> parameters = new HashMap<>();
    private final OnnxType type;
    /** A value as bytes, its scale and its zero, by its name. */
    private final Map<String, List<String>> rounded = new HashMap<>();

    OnnxLayers(OnnxGraph graph, ParameterLayout layout, OnnxType type) {
        this.graph = graph;
        this.type = type;
        layout.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
    }

    OnnxGraph graph() {
        return graph;
    }

    boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    /** A parameter as it is. */
    String parameter(String name) {
        return graph.weight(OnnxWeight.of(named(name), 0));
    }

    private Parameter named(String name) {
        Parameter parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalStateException("the layout has no " + name);
        }
        return parameter;
    }

    /** Rows of a table. */
    String rows(String table, String ids) {
        return graph.op("Gather", List.of(table, ids), Attribute.of("axis", 0));
    }

    /** x W + b of (in, out), or x Wᵀ + b of (out, in); without b where the layout has none. */
    String linear(String x, String layer, boolean inputFirst) {
        Parameter matrix = named(layer + ".weight");
        String product;
        if (type == OnnxType.INT8) {
            product = rounded(x, matrix, inputFirst);
        } else {
            OnnxWeight weight = inputFirst ? OnnxWeight.of(matrix, 0) : OnnxWeight.transposed(matrix);
            product = graph.op("MatMul", List.of(x, graph.weight(weight)));
        }
        return has(layer + ".bias") ? add(product, parameter(layer + ".bias")) : product;
    }

    String linear(String x, String layer) {
        return linear(x, layer, false);
    }

    /**
     * Logits of a matrix that tokens are looked up in, too: not stored a second time in float32.
     *
     * @param x (B, T, D)
     * @return (B, T, V)
     */
    String tiedHead(String x, String matrix) {
        Parameter table = named(matrix);
        if (type == OnnxType.INT8) {
            return rounded(x, table, false);
        }
        int vocabulary = table.shape().get(0);
        int width = table.shape().get(1);
        String flat = graph.op("Reshape", List.of(x, graph.longs(-1, width))); // (B T, D)
        String logits = graph.op("Gemm", List.of(flat, parameter(matrix)), Attribute.of("transB", 1)); // (B T, V)
        String places = graph.op("Shape", x, Attribute.of("start", 0), Attribute.of("end", 2)); // B, T
        String shape = graph.op("Concat", List.of(places, graph.longs(vocabulary)), Attribute.of("axis", 0));
        return graph.op("Reshape", List.of(logits, shape)); // (B, T, V)
    }

    /** The product of bytes: inputs are rounded by what they are, each value once. */
    private String rounded(String x, Parameter matrix, boolean inputFirst) {
        List<String> bytes = rounded.computeIfAbsent(x, value -> graph.ops("DynamicQuantizeLinear", List.of(value), 3));
        List<OnnxWeight> both = OnnxWeight.quantized(matrix, inputFirst);
        String weight = graph.weight(both.get(0));
        String scales = graph.weight(both.get(1));
        int outputs = matrix.shape().get(inputFirst ? 1 : 0);
        String zeros = graph.weight(OnnxWeight.zeros(matrix.name() + "_zero_point", outputs));
        String sums = graph.op("MatMulInteger", List.of(bytes.get(0), weight, bytes.get(2), zeros));
        String wide = graph.op("Cast", sums, Attribute.of("to", OnnxGraph.FLOAT));
        return mul(wide, mul(bytes.get(1), scales));
    }

    String layerNorm(String x, String layer, double epsilon) {
        String scale = parameter(layer + ".weight");
        return graph.op(
                "LayerNormalization",
                has(layer + ".bias") ? List.of(x, scale, parameter(layer + ".bias")) : List.of(x, scale),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", (float) epsilon));
    }

    /** x / sqrt(mean(x²) + epsilon), scaled by w, or by 1 + w. */
    String rootMeanSquare(String x, String layer, double epsilon, boolean offset) {
        String mean =
                graph.op("ReduceMean", mul(x, x), Attribute.of("axes", new long[] {-1}), Attribute.of("keepdims", 1));
        String root = graph.op("Sqrt", add(mean, graph.scalar(epsilon)));
        String scale = graph.weight(OnnxWeight.of(named(layer + ".weight"), offset ? 1 : 0));
        return mul(graph.op("Div", List.of(x, root)), scale);
    }

    /** x Φ(x), exact. */
    String gelu(String x) {
        String error = graph.op("Erf", mul(x, graph.scalar(Math.sqrt(0.5))));
        return mul(mul(x, graph.scalar(0.5)), add(error, graph.scalar(1.0)));
    }

    /** Its tanh form. */
    String tanhGelu(String x) {
        String cube = mul(mul(x, x), mul(x, graph.scalar(GELU_CUBE)));
        String bent = graph.op("Tanh", mul(add(x, cube), graph.scalar(Math.sqrt(2 / Math.PI))));
        return mul(mul(x, graph.scalar(0.5)), add(bent, graph.scalar(1.0)));
    }

    String silu(String x) {
        return mul(x, graph.op("Sigmoid", x));
    }

    /** c tanh(x / c) */
    String capped(String x, double c) {
        return mul(graph.op("Tanh", mul(x, graph.scalar(1 / c))), graph.scalar(c));
    }

    String add(String a, String b) {
        return graph.op("Add", List.of(a, b));
    }

    String mul(String a, String b) {
        return graph.op("Mul", List.of(a, b));
    }

    /** (B, T, H K) to (B, T, H, K) */
    String heads(String x, int heads, int width) {
        return graph.op("Reshape", List.of(x, graph.longs(0, 0, heads, width)));
    }

    /** Parts of the last dimension. */
    List<String> parts(String x, long... widths) {
        return graph.ops("Split", List.of(x, graph.longs(widths)), widths.length, Attribute.of("axis", -1));
    }
}
