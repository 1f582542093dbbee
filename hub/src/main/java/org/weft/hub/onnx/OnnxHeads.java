package org.weft.hub.onnx;

import java.util.List;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.hub.onnx.OnnxGraph.Attribute;

/**
 * What comes out of a graph, by what its model predicts, under Optimum's names: {@code logits} of tokens, sequences or their tokens,
 * {@code start_logits} and {@code end_logits} of spans, {@code last_hidden_state} and {@code sentence_embedding} of vectors.
 *
 * <p>B sequences, T tokens, D width, V vocabulary, K classes.
 *
 * @param normalized whether vectors are scaled to length 1
 */
record OnnxHeads(ModelShape shape, OnnxLayers layers, OnnxInputs inputs, ModelGraph model, boolean normalized) {
    private static final String LOGITS = "logits";
    private static final double LEAST_LENGTH = 1e-12; // as torch.nn.functional.normalize has it

    void add() {
        TaskHead head = shape.adaptation().head();
        OnnxGraph graph = layers.graph();
        String states = model.states(); // (B, T, D)
        switch (head.kind()) {
            case LANGUAGE ->
                graph.output(
                        model.logits(states),
                        LOGITS,
                        OnnxGraph.FLOAT,
                        OnnxInputs.BATCH,
                        OnnxInputs.TOKENS,
                        shape.vocabSize());
            case CLASSES, BITS, VALUES ->
                graph.output(
                        outputs(
                                head.pooler()
                                        ? model.pooled(first(states))
                                        : model.judged(pooled(states, head.pooling()))),
                        LOGITS,
                        OnnxGraph.FLOAT,
                        OnnxInputs.BATCH,
                        head.outputs());
            case TOKEN_CLASSES ->
                graph.output(
                        outputs(model.judged(states)),
                        LOGITS,
                        OnnxGraph.FLOAT,
                        OnnxInputs.BATCH,
                        OnnxInputs.TOKENS,
                        head.outputs());
            case SPAN -> spans(states);
            case EMBEDDING -> vectors(states, head.pooling());
        }
    }

    private String outputs(String x) {
        return layers.linear(x, AdaptedLayout.headName(shape));
    }

    private void spans(String states) {
        OnnxGraph graph = layers.graph();
        List<String> ends = layers.parts(outputs(model.judged(states)), 1, 1); // (B, T, 1) twice
        List<String> names = List.of("start_logits", "end_logits");
        for (int i = 0; i < names.size(); i++) {
            String end = graph.op("Squeeze", List.of(ends.get(i), graph.longs(-1))); // (B, T)
            graph.output(end, names.get(i), OnnxGraph.FLOAT, OnnxInputs.BATCH, OnnxInputs.TOKENS);
        }
    }

    private void vectors(String states, TaskHead.Pooling pooling) {
        OnnxGraph graph = layers.graph();
        int width = shape.config().width();
        String vector = pooled(states, pooling); // (B, D)
        if (normalized) {
            String length = graph.op(
                    "ReduceL2", vector, Attribute.of("axes", new long[] {-1}), Attribute.of("keepdims", 1)); // (B, 1)
            String divisor = graph.op("Max", List.of(length, graph.scalar(LEAST_LENGTH)));
            vector = graph.op("Div", List.of(vector, divisor));
        }
        graph.output(states, "last_hidden_state", OnnxGraph.FLOAT, OnnxInputs.BATCH, OnnxInputs.TOKENS, width);
        graph.output(vector, "sentence_embedding", OnnxGraph.FLOAT, OnnxInputs.BATCH, width);
    }

    /** (B, T, D) to (B, D) */
    private String first(String states) {
        OnnxGraph graph = layers.graph();
        return graph.op("Gather", List.of(states, graph.scalar(0L)), Attribute.of("axis", 1));
    }

    /** (B, T, D) to (B, D) */
    private String pooled(String states, TaskHead.Pooling pooling) {
        return switch (pooling) {
            case FIRST -> first(states);
            case LAST -> weighted(states, last());
            case MEAN -> {
                String present = layers.graph().op("Cast", inputs.present(), Attribute.of("to", OnnxGraph.FLOAT));
                String count = layers.graph()
                        .op(
                                "ReduceSum",
                                List.of(present, layers.graph().longs(1)),
                                Attribute.of("keepdims", 1)); // (B, 1)
                yield weighted(states, layers.graph().op("Div", List.of(present, count)));
            }
        };
    }

    /** 1 at the last token that is there, 0 elsewhere. (B, T) */
    private String last() {
        OnnxGraph graph = layers.graph();
        String places = inputs.range(graph.scalar(0L), inputs.count(inputs.ids(), 1)); // (T)
        String there = layers.mul(inputs.present(), places); // (B, T)
        String last = graph.op(
                "ReduceMax", there, Attribute.of("axes", new long[] {1}), Attribute.of("keepdims", 1)); // (B, 1)
        return graph.op("Cast", graph.op("Equal", List.of(places, last)), Attribute.of("to", OnnxGraph.FLOAT));
    }

    /** The sum of states by their weights. (B, T, D) and (B, T) to (B, D) */
    private String weighted(String states, String weights) {
        OnnxGraph graph = layers.graph();
        String columns = graph.op("Unsqueeze", List.of(weights, graph.longs(2))); // (B, T, 1)
        String parts = layers.mul(states, columns); // (B, T, D)
        return graph.op("ReduceSum", List.of(parts, graph.longs(1)), Attribute.of("keepdims", 0));
    }
}
