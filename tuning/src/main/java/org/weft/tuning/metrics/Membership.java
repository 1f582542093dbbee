package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.weft.core.WeftException;

/**
 * Whether a model's losses tell rows that it was trained on from others (Yeom et al. 2018, "Privacy Risk in Machine Learning", arXiv
 * 1709.01604): an attacker takes the rows of the least loss for members. Immutable.
 */
public final class Membership {
    /** Share of other rows that may be taken for members in {@code tpr_at_fpr_001} (Carlini et al. 2022, arXiv 2112.03570). */
    private static final double FEW = 0.01;

    private final boolean[] member; // (N)
    private final double[] losses; // (N)

    private Membership(boolean[] member, double[] losses) {
        this.member = member;
        this.losses = losses;
    }

    /**
     * @param members losses of rows that the model was trained on
     * @param others of rows of the same kind that it was not
     * @throws WeftException where one is not finite, or there are none of a kind
     */
    public static Membership of(double[] members, double[] others) {
        if (members.length == 0 || others.length == 0) {
            throw WeftException.invalidData(
                    "membership: members=" + members.length + " non_members=" + others.length,
                    "give rows of both kinds, best some hundred");
        }
        boolean[] member = new boolean[members.length + others.length];
        Arrays.fill(member, 0, members.length, true);
        double[] losses = DoubleStream.concat(Arrays.stream(members), Arrays.stream(others))
                .toArray();
        for (int row = 0; row < losses.length; row++) {
            Rows.checkFinite(losses[row], "loss", row);
        }
        return new Membership(member, losses);
    }

    public int rows() {
        return losses.length;
    }

    /** How many of them the model was trained on. */
    public int members() {
        int count = 0;
        for (boolean each : member) {
            count += each ? 1 : 0;
        }
        return count;
    }

    /**
     * {@code auc}: the chance that a member's loss is below another row's, 0.5 where losses tell nothing; {@code advantage}: by how much
     * more members than others have a loss of at most the members' mean, which is Yeom et al.'s first adversary;
     * {@code tpr_at_fpr_001}: share of members that have a less loss than all but a hundredth of the others; and both means. NaN where
     * rows of one kind are absent.
     */
    public Map<String, Double> metrics() {
        double[] negated = Arrays.stream(losses).map(loss -> -loss).toArray();
        Ranking ranking = new Ranking(member, negated);
        double mean = mean(true);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("auc", ranking.rocAuc());
        metrics.put("advantage", share(true, mean) - share(false, mean));
        metrics.put("tpr_at_fpr_001", atFew(ranking.roc()));
        metrics.put("member_loss", mean);
        metrics.put("non_member_loss", mean(false));
        return metrics;
    }

    /** Some of the rows, by their numbers, members first; as often as wanted. */
    public Membership select(int[] rows) {
        boolean[] chosen = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = member[rows[i]];
        }
        return new Membership(chosen, Rows.select(losses, 1, rows));
    }

    private static double atFew(Curve roc) {
        double best = 0;
        for (int i = 0; i < roc.points(); i++) {
            if (Double.isNaN(roc.x()[i]) || Double.isNaN(roc.y()[i])) {
                return Double.NaN;
            }
            best = roc.x()[i] <= FEW ? Math.max(best, roc.y()[i]) : best;
        }
        return best;
    }

    private double mean(boolean of) {
        double sum = 0;
        int count = 0;
        for (int row = 0; row < losses.length; row++) {
            if (member[row] == of) {
                sum += losses[row];
                count++;
            }
        }
        return sum / count;
    }

    /** Of one kind those whose loss is at most so much. */
    private double share(boolean of, double most) {
        int below = 0;
        int count = 0;
        for (int row = 0; row < losses.length; row++) {
            if (member[row] == of) {
                below += losses[row] <= most ? 1 : 0;
                count++;
            }
        }
        return (double) below / count;
    }
}
