package org.weft.tuning.task;

import java.util.List;
import org.weft.tuning.metrics.Probabilities;

/**
 * The first and the last token that answer a question, in one of the windows that its passage is read through. Scores are the sums of
 * both tokens' outputs (Devlin et al. 2018, 4.3), which windows have in common as they do not have probabilities.
 *
 * @param window from 0
 * @param first position in the window; 0 for no answer
 * @param last likewise
 */
public record AnswerSpan(int window, int first, int last, double score) {

    /**
     * The best span of all windows, unless no answer is better in the window that has least of it.
     *
     * @param outputs of each window, (T, 2)
     * @param passages of each window
     * @param mayBeNone whether no answer is something to say; else it is said where no window has any of the passage
     */
    public static AnswerSpan likeliest(List<float[]> outputs, List<Passage> passages, boolean mayBeNone) {
        Search search = new Search();
        for (int window = 0; window < outputs.size(); window++) {
            search.take(outputs.get(window), passages.get(window));
        }
        return search.likeliest(mayBeNone);
    }

    /** The same of windows that come one after the other, and none of whose outputs is kept. For one thread. */
    public static final class Search {
        private int windows;
        private AnswerSpan best;
        private AnswerSpan none;

        /** @param outputs of the next window, (T, 2) */
        public void take(float[] outputs, Passage passage) {
            AnswerSpan nothing = of(outputs, windows, 0, 0);
            AnswerSpan found = best(outputs, windows, passage);
            none = none == null || nothing.score() < none.score() ? nothing : none;
            best = best == null || found != null && found.score() > best.score() ? found : best;
            windows++;
        }

        /** As {@link AnswerSpan#likeliest(List, List, boolean)}, of at least one window. */
        public AnswerSpan likeliest(boolean mayBeNone) {
            return best == null || mayBeNone && best.score() <= none.score() ? none : best;
        }
    }

    /**
     * Where the passage stands in a window.
     *
     * @param from position of its first token
     * @param to the one after the last
     */
    public record Passage(int from, int to) {}

    private static AnswerSpan of(float[] outputs, int window, int first, int last) {
        return new AnswerSpan(window, first, last, score(outputs, first, last));
    }

    /** The best one of the passage with first <= last; null where the window has none of it. */
    private static AnswerSpan best(float[] outputs, int window, Passage passage) {
        AnswerSpan best = null;
        int start = passage.from();
        for (int t = passage.from(); t < passage.to(); t++) {
            start = outputs[2 * t] > outputs[2 * start] ? t : start;
            if (best == null || score(outputs, start, t) > best.score()) {
                best = of(outputs, window, start, t);
            }
        }
        return best;
    }

    private static double score(float[] outputs, int first, int last) {
        return (double) outputs[2 * first] + outputs[2 * last + 1];
    }

    /** Whether it says that there is no answer: nothing of a passage stands at 0. */
    public boolean none() {
        return last == 0;
    }

    /**
     * Of the first token, times that of the last, each among the window's tokens.
     *
     * @param outputs (T, 2) of its window
     */
    double probability(float[] outputs) {
        int length = outputs.length / 2;
        return Probabilities.softmax(outputs, 0, 2, length)[first] * Probabilities.softmax(outputs, 1, 2, length)[last];
    }
}
