package org.weft.core.scores.text;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.weft.core.config.Metric;
import org.weft.core.model.ClassTally;

/**
 * What a generated text has in common with those that are right, as whole numbers: the sum over a corpus is the same in any
 * order, and all its scores follow from it. It is handed on as tallies of classes, a place each. Immutable.
 */
public final class TextMatches {
    private static final int BLEU = 0;
    private static final int BLEU_ZH = BLEU + Bleu.PLACES;
    private static final int CHRF = BLEU_ZH + Bleu.PLACES;
    private static final int CHRF_PLUS_PLUS = CHRF + ChrF.PLAIN.places();
    private static final int ROUGE = CHRF_PLUS_PLUS + ChrF.PLUS_PLUS.places();
    private static final List<Metric> ROUGES = List.of(Metric.ROUGE1, Metric.ROUGE2, Metric.ROUGE_L, Metric.ROUGE_LSUM);
    private static final int EXACT = ROUGE + ROUGES.size();
    private static final int PLACES = EXACT + 1;

    /** A ROUGE, which is no whole number, in units of 2^-40. */
    private static final double UNIT = 0x1p40;

    private final long[] values; // (PLACES, matches | said | right)

    private TextMatches(long[] values) {
        this.values = values;
    }

    /**
     * Of one text.
     *
     * @param right texts, at least one
     * @param exact whether it is one of them
     */
    public static TextMatches of(String said, List<String> right, boolean exact) {
        long[] values = new long[PLACES * Counts.WIDTH];
        Bleu.count(BleuWords.MTEVAL_13A, said, right, new Counts(values, BLEU));
        Bleu.count(BleuWords.CHINESE, said, right, new Counts(values, BLEU_ZH));
        ChrF.PLAIN.count(said, right, new Counts(values, CHRF));
        ChrF.PLUS_PLUS.count(said, right, new Counts(values, CHRF_PLUS_PLUS));
        Counts rouge = new Counts(values, ROUGE);
        rouge.put(0, best(right, each -> Rouge.ofRuns(said, each, 1)), 0, 1);
        rouge.put(1, best(right, each -> Rouge.ofRuns(said, each, 2)), 0, 1);
        rouge.put(2, best(right, each -> Rouge.ofSubsequence(said, each)), 0, 1);
        rouge.put(3, best(right, each -> Rouge.ofSentences(said, each)), 0, 1);
        new Counts(values, EXACT).put(0, exact ? 1 : 0, 0, 1);
        return new TextMatches(values);
    }

    private static long best(List<String> right, ToDoubleFunction<String> score) {
        return Math.round(UNIT * right.stream().mapToDouble(score).max().orElseThrow());
    }

    /** Of several texts. */
    public static TextMatches sum(Iterable<TextMatches> texts) {
        long[] sum = new long[PLACES * Counts.WIDTH];
        for (TextMatches text : texts) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += text.values[i];
            }
        }
        return new TextMatches(sum);
    }

    /** What {@link #tallies} gave. */
    public static TextMatches of(List<ClassTally> tallies) {
        long[] values = new long[PLACES * Counts.WIDTH];
        Counts all = new Counts(values, 0);
        tallies.forEach(tally -> all.put(tally.of(), tally.right(), tally.predicted(), tally.there()));
        return new TextMatches(values);
    }

    /** The same numbers. */
    public List<ClassTally> tallies() {
        Counts all = new Counts(values, 0);
        List<ClassTally> tallies = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            tallies.add(new ClassTally(i, all.matches(i), all.said(i), all.right(i)));
        }
        return tallies;
    }

    /** By metric: BLEU and chrF from 0 to 100, as sacrebleu has them, the others from 0 to 1; NaN of no text. */
    public Map<Metric, Double> scores() {
        Map<Metric, Double> scores = new EnumMap<>(Metric.class);
        Counts exact = new Counts(values, EXACT);
        double texts = exact.right(0);
        scores.put(Metric.EXACT_MATCH, exact.matches(0) / texts);
        scores.put(Metric.BLEU, texts == 0 ? Double.NaN : Bleu.score(new Counts(values, BLEU)));
        scores.put(Metric.BLEU_ZH, texts == 0 ? Double.NaN : Bleu.score(new Counts(values, BLEU_ZH)));
        scores.put(Metric.CHRF, texts == 0 ? Double.NaN : ChrF.PLAIN.score(new Counts(values, CHRF)));
        scores.put(
                Metric.CHRF_PLUS_PLUS,
                texts == 0 ? Double.NaN : ChrF.PLUS_PLUS.score(new Counts(values, CHRF_PLUS_PLUS)));
        Counts rouge = new Counts(values, ROUGE);
        for (int i = 0; i < ROUGES.size(); i++) {
            scores.put(ROUGES.get(i), rouge.matches(i) / UNIT / texts);
        }
        return scores;
    }
}
