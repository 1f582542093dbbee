package org.weft.tuning.task;

import org.weft.tuning.task.AnswerSpan.Passage;

/**
 * What is known of one of the windows that a passage is read through: an example's labels (5), with which all windows of a row
 * can be judged together.
 *
 * <pre>
 *   first | last | passage from | passage to | window
 * </pre>
 *
 * @param first position of the answer's first token; 0 where the window has not the whole answer
 * @param last of its last token, likewise
 * @param window number within the row, from 0
 */
public record WindowLabels(int first, int last, Passage passage, int window) {
    private static final int COUNT = 5;

    /** Those of a sequence in a batch. */
    public static WindowLabels at(float[] labels, int sequence) {
        int at = COUNT * sequence;
        Passage passage = new Passage((int) labels[at + 2], (int) labels[at + 3]);
        return new WindowLabels((int) labels[at], (int) labels[at + 1], passage, (int) labels[at + 4]);
    }

    float[] toArray() {
        return new float[] {first, last, passage.from(), passage.to(), window};
    }

    /** Whether the window has the answer. */
    public boolean answered() {
        return last > 0;
    }
}
