package org.weft.core.model;

import java.io.Serializable;
import java.util.List;
import org.weft.core.config.HeadKind;

/**
 * What a model's last hidden states become.
 *
 * @param kind of prediction
 * @param outputs numbers that are predicted: K classes or values; 2 for a span; 0 for {@link HeadKind#LANGUAGE}
 * @param pooling what stands for a whole sequence
 * @param dropout probability that an input of the head is cleared while training
 * @param labelSmoothing share of a class's target that is spread over all classes
 * @param classWeights what a target counts by its class, K numbers; empty where all count 1
 */
public record TaskHead(
        HeadKind kind, int outputs, Pooling pooling, double dropout, double labelSmoothing, List<Double> classWeights)
        implements Serializable {
    /** The model goes on predicting tokens. */
    public static final TaskHead LANGUAGE = new TaskHead(HeadKind.LANGUAGE, 0, Pooling.LAST, 0, 0, List.of());

    public TaskHead {
        classWeights = List.copyOf(classWeights);
        if (!classWeights.isEmpty() && classWeights.size() != outputs) {
            throw new IllegalArgumentException("class weights=" + classWeights.size() + " outputs=" + outputs);
        }
    }

    /** The model gives a vector for each sequence. */
    public static TaskHead vectors(Pooling pooling) {
        return new TaskHead(HeadKind.EMBEDDING, 0, pooling, 0, 0, List.of());
    }

    /** What stands for a whole sequence. */
    public enum Pooling {
        /** The first token, through a perceptron of its own (BERT's pooler). */
        FIRST,
        /** The last token, which has seen all others. */
        LAST,
        /** The mean over the sequence's tokens. */
        MEAN
    }

    /** Whether a sequence as a whole is judged. */
    public boolean ofSequence() {
        return kind.ofSequence();
    }

    /** Whether sequences are pooled by BERT's pooler. */
    public boolean pooler() {
        return ofSequence() && kind.layered() && pooling == Pooling.FIRST;
    }
}
