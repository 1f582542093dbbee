package org.weft.tuning.suite;

import java.io.Serializable;
import java.util.List;

/**
 * What a model is asked about one document.
 *
 * @param task its number in the suite
 * @param document its number in the task, from 0
 * @param place where it stands, for errors
 * @param context what stands before the answers; of a rolling likelihood nothing
 * @param delimiter between the context and each answer
 * @param answers of which each gets a likelihood; of a rolling likelihood the text itself
 * @param right the number of the right one
 */
record Question(int task, int document, String place, String context, String delimiter, List<String> answers, int right)
        implements Serializable {

    /**
     * What a model says of it.
     *
     * @param logLikelihoods of each answer, nats: the sum over its tokens, (answers)
     * @param greedy whether each token of a lone answer is the likeliest; false of several answers
     */
    record Answer(int task, int document, double[] logLikelihoods, boolean greedy) implements Serializable {}
}
