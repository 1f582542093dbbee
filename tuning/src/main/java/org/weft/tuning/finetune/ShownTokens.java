package org.weft.tuning.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.weft.corpus.privacy.Scrubber;
import org.weft.tuning.report.RowExplanation.Token;
import org.weft.tuning.task.ReadText;

/**
 * A row's tokens as a report may show them: all that touch something personal, or a secret, become one placeholder with the
 * sum of their scores, so that the scores of a row come to what they came to before.
 *
 * <pre>
 *   Write to bob@x.org !         tokens    Write  to  bob  @  x  .org  !
 *            ---------           shown     Write  to  &lt;EMAIL>          !
 * </pre>
 */
final class ShownTokens {
    private ShownTokens() {}

    /** A run of tokens. */
    private record Run(int first, int last, String placeholder) {}

    /**
     * @param spelt tokens, none of them shown before it is known what it touches (T)
     * @param scores (T)
     * @param places finds what is personal in a text
     */
    static List<Token> of(
            ReadText read, List<String> spelt, float[] scores, Function<String, List<Scrubber.Place>> places) {
        List<Run> hidden = hidden(read, places.apply(read.text()));
        List<Token> shown = new ArrayList<>();
        int at = 0;
        for (Run run : hidden) {
            at = asTheyAre(at, run.first(), spelt, scores, shown);
            double sum = 0;
            while (at <= run.last()) {
                sum += scores[at++];
            }
            shown.add(new Token(run.placeholder(), sum));
        }
        asTheyAre(at, scores.length, spelt, scores, shown);
        return shown;
    }

    private static int asTheyAre(int from, int to, List<String> spelt, float[] scores, List<Token> shown) {
        for (int i = from; i < to; i++) {
            shown.add(new Token(spelt.get(i), scores[i]));
        }
        return to;
    }

    /** The runs that touch a place, in their order; those that have a token in common are one. */
    private static List<Run> hidden(ReadText read, List<Scrubber.Place> places) {
        List<Run> runs = new ArrayList<>();
        for (Scrubber.Place place : places) {
            Run run = touching(read, place);
            Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            if (run == null) {
                continue; // behind where the row was cut
            }
            if (last == null || run.first() > last.last()) {
                runs.add(run);
            } else {
                runs.set(
                        runs.size() - 1,
                        new Run(
                                last.first(),
                                Math.max(last.last(), run.last()),
                                last.placeholder() + run.placeholder()));
            }
        }
        return runs;
    }

    /** From the first token that has a character of the place to the last, with those between that stand for none. */
    private static Run touching(ReadText read, Scrubber.Place place) {
        int first = -1;
        int last = -1;
        for (int i = 0; i < read.tokens().length; i++) {
            if (read.starts()[i] < place.end() && read.ends()[i] > place.start()) {
                first = first < 0 ? i : first;
                last = i;
            }
        }
        return first < 0 ? null : new Run(first, last, place.placeholder());
    }
}
