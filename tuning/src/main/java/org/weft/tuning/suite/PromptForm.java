package org.weft.tuning.suite;

import java.util.List;

/**
 * How a document becomes a question and its answers.
 *
 * @param description stands before everything
 * @param text the question; of a rolling likelihood empty
 * @param target the right answer, or its number from 0
 * @param choices the answers as a template; null where they are listed or there are none
 * @param listed the same answers for each document; empty where a template has them or there are none
 * @param delimiters between the parts
 */
public record PromptForm(
        DocTemplate description,
        DocTemplate text,
        DocTemplate target,
        DocTemplate choices,
        List<String> listed,
        Delimiters delimiters) {

    /**
     * @param target between a question and its answer
     * @param fewshot after each example
     */
    public record Delimiters(String target, String fewshot) {}
}
