package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Each epoch sees each sample once, in an order of its own. */
class SampleOrderTest {

    @Property(tries = 200)
    void isPermutation(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int n, @ForAll @IntRange(max = 9) int epoch) {
        SampleOrder order = new SampleOrder(seed, n);
        BitSet seen = new BitSet(n);
        for (int i = 0; i < n; i++) {
            seen.set((int) order.sample(epoch, i));
        }
        assertThat(seen.cardinality()).isEqualTo(n);
        assertThat(seen.length()).isEqualTo(n);
    }

    @Property(tries = 200)
    void staysInRangeWhateverTheSize(@ForAll long seed, @ForAll @LongRange(min = 1, max = 1L << 62) long n) {
        SampleOrder order = new SampleOrder(seed, n);
        Set<Long> seen = new HashSet<>();
        int indices = (int) Math.min(n, 50);
        for (int i = 0; i < indices; i++) {
            long sample = order.sample(3, i);
            assertThat(sample).isBetween(0L, n - 1);
            seen.add(sample);
        }
        assertThat(seen).hasSize(indices);
    }

    @Test
    void positionsGoOnFromEpochToEpoch() {
        SampleOrder order = new SampleOrder(42, 10);
        assertThat(order.samples()).isEqualTo(10);
        for (int position = 0; position < 40; position++) {
            assertThat(order.sample(position)).isEqualTo(order.sample(position / 10, position % 10));
        }
    }

    @Test
    void seedsAndEpochsDiffer() {
        long same = 0;
        SampleOrder one = new SampleOrder(1, 100_000);
        SampleOrder two = new SampleOrder(2, 100_000);
        double displacement = 0;
        for (int i = 0; i < 1000; i++) {
            same += one.sample(0, i) == one.sample(1, i) ? 1 : 0;
            same += one.sample(0, i) == two.sample(0, i) ? 1 : 0;
            displacement += one.sample(0, i);
        }
        assertThat(same).isLessThan(10);
        assertThat(displacement / 1000).isBetween(45_000.0, 55_000.0);
    }

    /** Golden: these numbers decide which text a step sees. They change only with a major version. */
    @Test
    void theOrderIsFixed() {
        SampleOrder order = new SampleOrder(42, 12);
        long[] actual = new long[12];
        for (int i = 0; i < 12; i++) {
            actual[i] = order.sample(i);
        }
        assertThat(actual).containsExactly(11, 10, 6, 5, 1, 3, 2, 0, 9, 8, 7, 4);
    }

    @Test
    void rejectsWhatIsOutside() {
        assertThatThrownBy(() -> new SampleOrder(1, 0)).hasMessage("samples: n=0 must be in [1, 2^62]");
        assertThatThrownBy(() -> new SampleOrder(1, 5).sample(0, 5)).hasMessage("epoch=0 index=5 samples=5");
    }
}
