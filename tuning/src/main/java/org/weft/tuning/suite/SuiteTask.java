package org.weft.tuning.suite;

import java.util.List;

/**
 * A task as its YAML describes it, checked.
 *
 * @param files where its documents lie
 * @param output what the model is asked for
 * @param form how a document becomes text
 * @param shots what examples stand before a question
 * @param metrics in the order in which they are told
 */
public record SuiteTask(
        String name, Files files, OutputType output, PromptForm form, Shots shots, List<SuiteMetric> metrics) {

    /**
     * JSONL, files, directories or globs.
     *
     * @param judged of the documents that the model is asked about
     * @param shots of those that its examples come from; empty where there are no examples
     */
    public record Files(List<String> judged, List<String> shots) {}

    /**
     * Solved examples before a question.
     *
     * @param count {@code num_fewshot}
     * @param sampler which they are
     * @param withoutJudged whether documents that equal the judged one are left out: where both are of one split
     */
    public record Shots(int count, Sampler sampler, boolean withoutJudged) {}

    /** How examples are chosen. */
    public enum Sampler {
        /** Drawn for each question, as the harness does with its seed 1234. */
        DEFAULT,
        /** The first ones. */
        FIRST_N
    }
}
