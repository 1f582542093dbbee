package org.weft.hub.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.hub.onnx.OnnxGraph.Attribute;

/**
 * What a graph is given, by Optimum's names, and which tokens may look at which.
 *
 * <pre>
 *   input_ids        (batch_size, sequence_length)
 *   attention_mask   (batch_size, past_sequence_length + sequence_length), 0 where a sequence is filled up
 *   position_ids     (batch_size, sequence_length), of decoders that predict tokens
 *   token_type_ids   (batch_size, sequence_length), of encoders that tell segments apart
 * </pre>
 *
 * <p>B sequences, T tokens, P tokens before them, S = P + T.
 */
final class OnnxInputs {
    static final String BATCH = "batch_size";
    static final String TOKENS = "sequence_length";
    static final String PAST = "past_sequence_length";
    static final String ALL = "past_sequence_length + sequence_length";

    /** What is added to the score of a token that may not be looked at: float32's lowest, as transformers has it. */
    private static final double NEVER = -Float.MAX_VALUE;

    private final OnnxGraph graph;
    private final boolean causal;
    private final boolean cached;
    private final String ids;
    private final String present;
    /** By window. */
    private final Map<Integer, String> masks = new HashMap<>();

    /**
     * @param cached whether keys and values of earlier tokens are given
     */
    OnnxInputs(OnnxGraph graph, boolean causal, boolean cached) {
        this.graph = graph;
        this.causal = causal;
        this.cached = cached;
        ids = graph.input("input_ids", OnnxGraph.INT64, BATCH, TOKENS);
        present = graph.input("attention_mask", OnnxGraph.INT64, BATCH, cached ? ALL : TOKENS);
    }

    /** (B, T) */
    String ids() {
        return ids;
    }

    /** 1 where there is a token. (B, S) */
    String present() {
        return present;
    }

    boolean cached() {
        return cached;
    }

    /** Given where tokens follow others; otherwise counted from each text's first token, for tools give a task's model none. (B, T) */
    String positions() {
        if (cached) {
            return graph.input("position_ids", OnnxGraph.INT64, BATCH, TOKENS);
        }
        String counted = graph.op("CumSum", List.of(present, graph.scalar(1L))); // (B, T), from 1 on
        return graph.op("Max", List.of(graph.op("Sub", List.of(counted, graph.scalar(1L))), graph.scalar(0L)));
    }

    /** (B, T) */
    String segments() {
        return graph.input("token_type_ids", OnnxGraph.INT64, BATCH, TOKENS);
    }

    /** How many there are in a dimension. () */
    String count(String value, long dimension) {
        String shape = graph.op("Shape", value, Attribute.of("start", dimension), Attribute.of("end", dimension + 1));
        return graph.op("Squeeze", List.of(shape, graph.longs(0)));
    }

    /** From one number up to another. */
    String range(String from, String until) {
        return graph.op("Range", List.of(from, until, graph.scalar(1L)));
    }

    /**
     * What is added to scores: 0, or the lowest number.
     *
     * @param window tokens that a query looks back at, itself included, or of encoders half of it to both sides; 0 for all
     * @return (B, 1, 1, T, S), or for encoders (B, 1, 1, 1, S)
     */
    String mask(int window) {
        return masks.computeIfAbsent(window, this::newMask);
    }

    private String newMask(int window) {
        String there = graph.op("Cast", present, Attribute.of("to", OnnxGraph.BOOL));
        String allowed = graph.op("Unsqueeze", List.of(there, graph.longs(1, 2, 3))); // (B, 1, 1, 1, S)
        if (causal) {
            allowed = graph.op("And", List.of(allowed, before(window))); // (B, 1, 1, T, S)
        } else if (window > 0) {
            allowed = graph.op("And", List.of(allowed, around(window / 2))); // (B, 1, 1, T, T)
        }
        return graph.op("Where", List.of(allowed, graph.scalar(0.0), graph.scalar(NEVER)));
    }

    /** Tokens up to each. (T, S) */
    private String before(int window) {
        String all = count(present, 1); // S
        String past = graph.op("Sub", List.of(all, count(ids, 1))); // P
        String queries = graph.op("Unsqueeze", List.of(range(past, all), graph.longs(1))); // (T, 1)
        String keys = range(graph.scalar(0L), all); // (S)
        String seen = graph.op("LessOrEqual", List.of(keys, queries)); // (T, S)
        if (window == 0) {
            return seen;
        }
        String back = graph.op("Sub", List.of(queries, keys)); // (T, S)
        return graph.op("And", List.of(seen, graph.op("Less", List.of(back, graph.scalar((long) window)))));
    }

    /** Tokens on both sides of each. (T, T) */
    private String around(int side) {
        String places = range(graph.scalar(0L), count(ids, 1)); // (T)
        String rows = graph.op("Unsqueeze", List.of(places, graph.longs(1))); // (T, 1)
        String apart = graph.op("Abs", graph.op("Sub", List.of(rows, places))); // (T, T)
        return graph.op("LessOrEqual", List.of(apart, graph.scalar((long) side)));
    }
}
