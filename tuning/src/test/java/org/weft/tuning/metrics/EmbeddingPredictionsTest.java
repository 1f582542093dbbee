package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.tuning.metrics.EmbeddingPredictions.Row;

class EmbeddingPredictionsTest {
    private static float[] at(double angle) {
        return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
    }

    /** Positives on a circle, a tenth apart; each anchor stands beyond its own by so many of them. */
    private static EmbeddingPredictions found(double... off) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < off.length; i++) {
            rows.add(new Row(at(0.1 * (i + off[i])), at(0.1 * i)));
        }
        return EmbeddingPredictions.of(rows);
    }

    @Test
    void ranksCountWhatIsNearer() {
        EmbeddingPredictions all = found(0, 0.1, 1.2, 6.4, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(all.predicted(2)).isEqualTo("rank 3");
        assertThat(all.metrics().get("recall_at_1")).isCloseTo(10 / 12.0, within(1e-12));
        assertThat(all.metrics().get("recall_at_5")).isCloseTo(11 / 12.0, within(1e-12));
        EmbeddingPredictions some = all.select(new int[] {2, 2, 0, 1});
        assertThat(some.metrics().get("mrr")).isCloseTo((1 / 3.0 + 1 / 3.0 + 1 + 1) / 4, within(1e-12));
        assertThat(some.expected(0)).isEqualTo("rank 1 of 12");
    }

    @Test
    void manyRowsAreRankedAsEachAlone() {
        Random random = new Random(2);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            rows.add(new Row(at(random.nextDouble()), at(random.nextDouble())));
        }
        EmbeddingPredictions all = EmbeddingPredictions.of(rows);
        for (int i = 0; i < rows.size(); i++) {
            float[] anchor = rows.get(i).anchor();
            double own = cosine(anchor, rows.get(i).positive());
            long nearer = rows.stream()
                    .filter(row -> cosine(anchor, row.positive()) > own)
                    .count();
            assertThat(all.predicted(i)).isEqualTo("rank " + (1 + nearer));
        }
    }

    private static double cosine(float[] one, float[] other) {
        return (double) one[0] * other[0] + (double) one[1] * other[1];
    }

    /** Of equal texts none is before the other. */
    @Test
    void equalPositivesAreFoundAtOnce() {
        Row row = new Row(at(0.3), at(0.5));
        assertThat(EmbeddingPredictions.of(List.of(row, row)).metrics()).containsEntry("recall_at_1", 1.0);
    }
}
