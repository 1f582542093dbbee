package org.weft.core.scores;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.config.Metric;
import org.weft.core.model.ClassTally;

/**
 * What a model says of pairs of answers beside the model that it started as: sums over pairs. An answer's reward is beta times its
 * log-probability less that at the start (Rafailov et al. 2023, section 4); of a pair of equal rewards the better one was not found.
 *
 * @param right pairs whose better answer has the greater reward
 * @param kl nats by which answers were likelier at the start, both of a pair: the plain estimate of KL(start | model), with the
 *     data's answers in place of answers drawn from the start, so that it may be negative
 */
public record PreferenceScores(long pairs, double chosen, double rejected, long right, double kl)
        implements Serializable {
    /** In tallies, which are whole numbers, sums are in units of 2^-24. */
    private static final double UNIT = 0x1p24;

    private static final int PLACES = 4;

    /** Of a pair. */
    public static PreferenceScores ofPair(double chosen, double rejected, double kl) {
        return new PreferenceScores(1, chosen, rejected, chosen > rejected ? 1 : 0, kl);
    }

    public PreferenceScores plus(PreferenceScores next) {
        return new PreferenceScores(
                pairs + next.pairs, chosen + next.chosen, rejected + next.rejected, right + next.right, kl + next.kl);
    }

    /** Whole numbers, whose sums do not depend on their order. */
    public List<ClassTally> tallies() {
        double[] sums = {right / UNIT, chosen, rejected, kl};
        List<ClassTally> tallies = new ArrayList<>();
        for (int place = 0; place < PLACES; place++) {
            int none = Double.isFinite(sums[place]) ? 0 : 1; // which no whole number stands for
            tallies.add(new ClassTally(place, Math.round(UNIT * sums[place]), none, pairs));
        }
        return tallies;
    }

    /** Sums of what {@link #tallies} gave. */
    public static PreferenceScores of(List<ClassTally> tallies) {
        return new PreferenceScores(
                tallies.get(0).there(),
                sum(tallies.get(1)),
                sum(tallies.get(2)),
                tallies.get(0).right(),
                sum(tallies.get(3)));
    }

    private static double sum(ClassTally tally) {
        return tally.predicted() > 0 ? Double.NaN : tally.right() / UNIT;
    }

    /** By name, to be divided by the number of pairs; the divergence is an answer's. */
    public Map<String, Double> sums() {
        Map<String, Double> sums = new LinkedHashMap<>();
        sums.put(Metric.ACCURACY.word(), (double) right);
        sums.put(Metric.REWARDS_CHOSEN.word(), chosen);
        sums.put(Metric.REWARDS_REJECTED.word(), rejected);
        sums.put(Metric.REWARDS_MARGIN.word(), chosen - rejected);
        sums.put(Metric.KL.word(), kl / 2);
        return sums;
    }

    /** By name. */
    public Map<String, Double> means() {
        Map<String, Double> means = sums();
        means.replaceAll((name, sum) -> sum / pairs);
        return means;
    }
}
