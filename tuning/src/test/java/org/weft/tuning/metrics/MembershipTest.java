package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

class MembershipTest {

    /** Of twelve pairs nine have the member below, one is a tie. */
    @Test
    void countsThePairsInWhichAMemberCostsLess() {
        Membership membership = Membership.of(new double[] {0.1, 0.4, 0.2}, new double[] {0.3, 0.4, 0.9, 0.15});
        Map<String, Double> metrics = membership.metrics();
        assertThat(metrics.get("auc")).isCloseTo((4 + 1.5 + 3) / 12, within(1e-12));
        assertThat(metrics.get("member_loss")).isCloseTo(0.7 / 3, within(1e-12));
        assertThat(metrics.get("non_member_loss")).isCloseTo(1.75 / 4, within(1e-12));
        assertThat(metrics.get("advantage")).isCloseTo(2 / 3.0 - 1 / 4.0, within(1e-12));
        assertThat(metrics.get("tpr_at_fpr_001")).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(membership.members()).isEqualTo(3);
    }

    @Test
    void lossesThatTellEverythingAndNothing() {
        double[] low = {0.1, 0.2};
        double[] high = {3, 4, 5};
        assertThat(Membership.of(low, high).metrics()).containsEntry("auc", 1.0).containsEntry("tpr_at_fpr_001", 1.0);
        assertThat(Membership.of(high, low).metrics()).containsEntry("auc", 0.0).containsEntry("tpr_at_fpr_001", 0.0);
        assertThat(Membership.of(low, low).metrics()).containsEntry("auc", 0.5).containsEntry("advantage", 0.0);
    }

    @Test
    void anIntervalIsThatOfRowsDrawnAgain() {
        double[] members = IntStream.range(0, 100).mapToDouble(i -> Math.sin(i)).toArray();
        double[] others =
                IntStream.range(0, 80).mapToDouble(i -> Math.sin(3 * i) + 0.5).toArray();
        Membership membership = Membership.of(members, others);
        Interval auc = Bootstrap.DEFAULT
                .intervals(membership.rows(), rows -> membership.select(rows).metrics())
                .get("auc");
        assertThat(membership.metrics().get("auc")).isBetween(auc.low(), auc.high());
        assertThat(auc.high() - auc.low()).isBetween(0.05, 0.3);
        assertThat(membership.select(new int[] {0, 1, 1}).metrics().get("auc")).isNaN();
    }

    @Test
    void bothKindsAreNeeded() {
        assertThatThrownBy(() -> Membership.of(new double[0], new double[] {1}))
                .isInstanceOf(WeftException.class)
                .hasMessage("membership: members=0 non_members=1");
        assertThatThrownBy(() -> Membership.of(new double[] {Double.NaN}, new double[] {1}))
                .isInstanceOf(WeftException.class);
    }
}
