package org.weft.core.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a model's last hidden states are made to predict: all that storage, servers, engine and validation know of a task.
 * B sequences, T tokens, K outputs.
 */
public enum HeadKind {
    /** Tokens. */
    LANGUAGE,
    /** One class of K for a sequence: softmax and cross-entropy. */
    CLASSES(Metric.ACCURACY, Metric.F1_MACRO),
    /** K yes-or-no labels for a sequence: sigmoid and binary cross-entropy, averaged over K. */
    BITS(Metric.F1_MICRO, Metric.F1_MACRO),
    /** K numbers for a sequence: squared error, averaged over K. */
    VALUES,
    /** One class of K for a token: softmax and cross-entropy. */
    TOKEN_CLASSES(Metric.ACCURACY, Metric.F1_MACRO),
    /** A vector for a sequence, near to that of what belongs to it: cosines, softmax and cross-entropy over a micro-batch. */
    EMBEDDING(Metric.ACCURACY),
    /** First and last token of a span: two softmaxes over a sequence's tokens, cross-entropies averaged. */
    SPAN(Metric.EXACT_MATCH);

    private final List<Metric> counted;

    HeadKind(Metric... counted) {
        this.counted = List.of(counted);
    }

    /** What an evaluation during training counts, beside the loss. */
    public List<Metric> counted() {
        return counted;
    }

    /** All that an evaluation during training finds out, the loss first. */
    public List<Metric> metrics() {
        return Stream.concat(Stream.of(Metric.LOSS), counted.stream()).toList();
    }

    /** K where there are so many labels; 0 where tokens are predicted, or nothing but vectors. */
    public int outputs(int labels) {
        return switch (this) {
            case LANGUAGE, EMBEDDING -> 0;
            case CLASSES, BITS, TOKEN_CLASSES -> labels;
            case VALUES -> 1;
            case SPAN -> 2;
        };
    }

    /** Whether a sequence as a whole is judged. */
    public boolean ofSequence() {
        return this == CLASSES || this == BITS || this == VALUES || this == EMBEDDING;
    }

    /** Whether parameters of its own predict it, on top of the model's. */
    public boolean layered() {
        return this != LANGUAGE && this != EMBEDDING;
    }

    /** Whether exactly one of the K classes is right: only then can some classes count more than others. */
    public boolean exclusive() {
        return this == CLASSES || this == TOKEN_CLASSES;
    }
}
