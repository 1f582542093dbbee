package org.weft.tuning.task;

import java.util.List;

/** What a model's outputs say of a row. Probabilities are in the order of the labels. */
public sealed interface Prediction {

    /** classification: the most probable label, the first of equals. */
    record Label(String label, double[] probabilities) implements Prediction {}

    /** multilabel: the labels of probability 1/2 or more. */
    record LabelSet(List<String> labels, double[] probabilities) implements Prediction {}

    /** regression. */
    record Value(double value) implements Prediction {}

    /** tokens: a tag for each word; empty for words that were cut off or have no token. */
    record Tags(List<String> tags) implements Prediction {}

    /**
     * qa: the answer.
     *
     * @param text a part of the passage; empty where the model finds no answer in it
     * @param score probability of the first token times that of the last
     * @param start index of its first character in the passage (UTF-16)
     * @param end index after its last
     */
    record Answer(String text, double score, int start, int end) implements Prediction {}
}
