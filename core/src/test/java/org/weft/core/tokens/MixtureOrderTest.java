package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.weft.core.tokens.MixtureOrder.Draw;
import org.weft.core.tokens.MixtureOrder.Source;
import org.weft.core.tokens.MixtureOrder.Stage;

/** Shares at any point, each source's epochs, curricula and budgets: all of it by arithmetic. */
class MixtureOrderTest {
    private static final long SEED = 42;
    private static final List<Source> THREE = List.of(source("web", 700), source("code", 90), source("books", 13));

    private static Source source(String name, long samples) {
        return new Source(name, samples, MixtureOrder.NO_LIMIT);
    }

    private static Stage stage(long from, Double... weights) {
        return new Stage(from, List.of(weights));
    }

    @Test
    void threeSourcesHaveTheirSharesOverTenThousandSamples() {
        MixtureOrder order = new MixtureOrder(SEED, THREE, List.of(stage(0, 0.5, 0.3, 0.2)));
        for (long from : List.of(0L, 123_457L, 9_999_999_999L)) {
            long[] drawn = new long[3];
            for (int i = 0; i < 10_000; i++) {
                drawn[order.source(from + i)]++;
            }
            assertThat(drawn[0] / 1e4).isBetween(0.499, 0.501);
            assertThat(drawn[1] / 1e4).isBetween(0.299, 0.301);
            assertThat(drawn[2] / 1e4).isBetween(0.199, 0.201);
        }
    }

    /** Of any number of first samples each source has its share to within one. */
    @Property(tries = 200)
    void anyPrefixIsWithinOneSample(
            @ForAll @Size(min = 1, max = 6) List<@DoubleRange(min = 0, max = 9) Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        if (sum == 0) {
            return;
        }
        List<Source> sources = new ArrayList<>();
        weights.forEach(weight -> sources.add(source("s" + sources.size(), 10)));
        MixtureOrder order = new MixtureOrder(SEED, sources, List.of(new Stage(0, weights)));
        long[] drawn = new long[weights.size()];
        for (int n = 1; n <= 3000; n++) {
            drawn[order.source(n - 1)]++;
            for (int source = 0; source < drawn.length; source++) {
                assertThat(Math.abs(drawn[source] - n * weights.get(source) / sum))
                        .isLessThan(1.0 + n * 4e-6);
            }
        }
        for (int source = 0; source < drawn.length; source++) {
            assertThat(order.drawn(source, 3000)).isEqualTo(drawn[source]);
        }
    }

    /** A reference that does it one after the other: each source's samples in the order of its own permutations. */
    @Test
    void aSourcesSamplesAreItsPermutationsOneAfterTheOther() {
        List<Stage> curriculum =
                List.of(stage(0, 0.5, 0.3, 0.2), stage(1000, 0.0, 1.0, 1.0), stage(1777, 3.0, 1.0, 0.0));
        MixtureOrder order = new MixtureOrder(SEED, THREE, curriculum);
        Map<Integer, List<Long>> samples = new HashMap<>();
        for (long position = 0; position < 4000; position++) {
            Draw draw = order.at(position);
            List<Long> own = samples.computeIfAbsent(draw.source(), source -> new ArrayList<>());
            assertThat(order.drawn(draw.source(), position)).isEqualTo(own.size());
            own.add(draw.sample());
        }
        assertThat(order.drawn(0, 1777) - order.drawn(0, 1000)).isZero();
        assertThat(order.drawn(2, 4000) - order.drawn(2, 1777)).isZero();
        for (int source = 0; source < 3; source++) {
            int n = (int) THREE.get(source).samples();
            List<Long> own = samples.get(source);
            for (int epoch = 0; (epoch + 1) * n <= own.size(); epoch++) {
                assertThat(own.subList(epoch * n, (epoch + 1) * n)).doesNotHaveDuplicates();
            }
            assertThat(own.size()).isGreaterThan(n);
            assertThat(own.subList(0, n)).isNotEqualTo(own.subList(n, Math.min(2 * n, own.size())));
        }
    }

    @Test
    void oneSourceIsTheOrderThatThereAlwaysWas() {
        MixtureOrder order = new MixtureOrder(SEED, List.of(source("", 401)), List.of(stage(0, 1.0)));
        SampleOrder alone = new SampleOrder(SEED, 401);
        for (long position = 0; position < 1000; position++) {
            assertThat(order.at(position)).isEqualTo(new Draw(0, alone.sample(position)));
        }
    }

    /** Another source beside it changes when a source's samples come, not which come next. */
    @Test
    void aSourcesOwnOrderIsOfItsNameAlone() {
        MixtureOrder some = new MixtureOrder(SEED, THREE.subList(0, 2), List.of(stage(0, 1.0, 1.0)));
        MixtureOrder all = new MixtureOrder(
                SEED, List.of(THREE.get(2), THREE.get(1), THREE.get(0)), List.of(stage(0, 0.1, 0.7, 0.2)));
        assertThat(firsts(some, 1)).isEqualTo(firsts(all, 1));
        assertThat(firsts(some, 0)).isEqualTo(firsts(all, 2));
    }

    private static List<Long> firsts(MixtureOrder order, int source) {
        List<Long> firsts = new ArrayList<>();
        for (long position = 0; firsts.size() < 50; position++) {
            Draw draw = order.at(position);
            if (draw.source() == source) {
                firsts.add(draw.sample());
            }
        }
        return firsts;
    }

    @Test
    void aSourceGivesWhatItMayAndTheOthersGoOnByTheirWeights() {
        List<Source> sources = List.of(source("web", 700), new Source("code", 90, 60), new Source("books", 13, 1000));
        MixtureOrder order =
                new MixtureOrder(SEED, sources, List.of(stage(0, 0.5, 0.3, 0.2), stage(300, 0.2, 0.4, 0.4)));
        long last = 0;
        long[] drawn = new long[3];
        for (long position = 0; position < 5000; position++) {
            int source = order.source(position);
            drawn[source]++;
            last = source == 1 ? position : last;
        }
        assertThat(drawn[1]).isEqualTo(60);
        assertThat(last).isBetween(195L, 201L);
        assertThat(drawn[2]).isEqualTo(1000);
        assertThat(order.end()).isEqualTo(MixtureOrder.NO_LIMIT);
        assertThat(order.drawn(2, 300) - order.drawn(2, 200)).isBetween(28L, 29L); // 2 parts of 7
    }

    @Test
    void tellsWhereNothingIsLeft() {
        List<Source> sources = List.of(new Source("web", 700, 100), new Source("code", 90, 60));
        assertThat(new MixtureOrder(SEED, sources, List.of(stage(0, 0.5, 0.5))).end())
                .isEqualTo(160);
        assertThat(new MixtureOrder(SEED, sources, List.of(stage(0, 1.0, 0.0))).end())
                .isEqualTo(100);
        assertThat(new MixtureOrder(SEED, sources, List.of(stage(0, 1.0, 0.0), stage(50, 0.0, 1.0))).end())
                .isEqualTo(110);
    }

    /** Golden: these numbers decide which text a step sees. They change only with a major version. */
    @Test
    void theOrderIsFixed() {
        MixtureOrder order = new MixtureOrder(SEED, THREE, List.of(stage(0, 0.5, 0.3, 0.2)));
        StringBuilder drawn = new StringBuilder();
        for (long position = 0; position < 10; position++) {
            Draw draw = order.at(position);
            drawn.append(draw.source()).append(':').append(draw.sample()).append(' ');
        }
        assertThat(drawn.toString()).isEqualTo("0:234 1:32 0:553 2:2 0:134 1:13 0:160 1:88 0:657 2:0 ");
    }

    @Test
    void weightsOfAnySizeAreTakenAsTheyAreWritten() {
        MixtureOrder order = new MixtureOrder(SEED, THREE, List.of(stage(0, 123_456_789_012.0, 1e-3, 987_654_321.0)));
        long[] drawn = new long[3];
        for (long position = 0; position < 1 << 18; position++) {
            drawn[order.source(position)]++;
        }
        assertThat(drawn[1]).isEqualTo(1); // rounded to the smallest part, not to nothing
        assertThat(drawn[2]).isBetween(2080L, 2081L);
    }

    @Test
    void rejectsWhatIsNoMixture() {
        assertThatThrownBy(() -> new MixtureOrder(SEED, THREE, List.of(stage(1, 1.0, 1.0, 1.0))))
                .hasMessageContaining("the first stage must begin at position 0");
        assertThatThrownBy(() -> new MixtureOrder(SEED, THREE, List.of(stage(0, 0.0, 0.0, 0.0))))
                .hasMessageContaining("must be positive, or 0 for some");
        assertThatThrownBy(() -> new MixtureOrder(SEED, THREE, List.of(stage(0, 1.0, 1.0, 1.0))).at(-1))
                .hasMessage("position=-1");
    }
}
