package org.weft.driver.plan.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.SyncConfig.Gradients;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.driver.plan.Budget;
import org.weft.driver.plan.MachinePeaks;

/** What the limits of the model must be: by arithmetic, for a network that is everything and one that is nothing. */
@Tag("once")
class ScalePlanTest {
    private static final MachinePeaks PEAKS = new MachinePeaks(200e9, 10e9);
    private static final double NO_BOUND = 1e6;
    private static final double SLOW = 0.01;
    /** Of what a link carries, see StepSimulation. */
    private static final double PAYLOAD = 0.956;

    private static ScalePlan plan(boolean growing, double jitter, String... settings) {
        String yaml = """
                run: {dir: somewhere}
                model: {layers: 4, width: 256, heads: 4, context: 128}
                training: {steps: 1000, lanes: 8, global_batch: 64, micro_batch: 4}
                cluster: {workers: 4, servers: 1}
                """;
        WeftConfig config = ConfigLoader.load("test", yaml, List.of(settings));
        Map<Gradients, CodecRates.Rate> rates = new EnumMap<>(Gradients.class);
        for (Gradients form : Gradients.values()) {
            rates.put(form, form == Gradients.F32 ? CodecRates.Rate.NONE : new CodecRates.Rate(1e-9, 1e-9));
        }
        return new ScalePlan(
                new ModelShape(config.model(), 8192), config, PEAKS, new CodecRates(rates), growing, 0, jitter);
    }

    private static ScalePlan.Entry entry(ScalePlan.Row row, SyncChoice choice) {
        return row.entries().get(choice.ordinal());
    }

    private static ScalePlan.Row row(ScalePlan plan, double gbits, int workers) {
        return plan.rows(gbits, List.of(workers)).get(0);
    }

    @Test
    void aNetworkWithoutBoundLeavesTheComputation() {
        ScalePlan.Row row = row(plan(true, 0), NO_BOUND, 4);
        assertThat(entry(row, SyncChoice.PLAIN).efficiency()).isBetween(0.85, 1.0);
        assertThat(row.best().choice()).isEqualTo(SyncChoice.PLAIN);
    }

    @Test
    void aSlowNetworkLeavesTheBytes() {
        ScalePlan plan = plan(true, 0);
        ScalePlan.Row row = row(plan, SLOW, 4);
        double vector = 4.0 * plan.shape().layout().size();
        // One server's link carries every worker's vector down, then every worker's up.
        double bytes = 2 * 4 * vector / (SLOW * 1e9 / 8 * PAYLOAD);
        assertThat(entry(row, SyncChoice.PLAIN).stepSeconds()).isCloseTo(bytes, Percentage.withPercentage(3));
        // Two lanes a worker, a quarter of the bytes each: half of them up.
        assertThat(entry(row, SyncChoice.INT8).stepSeconds()).isCloseTo(bytes * 0.755, Percentage.withPercentage(3));
        // In 50 steps the parameters and AdamW's two moments.
        assertThat(entry(row, SyncChoice.LOCAL).stepSeconds()).isCloseTo(bytes * 3 / 50, Percentage.withPercentage(15));
        assertThat(row.best().choice()).isEqualTo(SyncChoice.LOCAL);
    }

    /** Up and down are two directions of a link: late, they carry at the same time. */
    @Test
    void aLateGradientHidesTheExchange() {
        ScalePlan plan = plan(true, 0);
        double computing =
                StepCosts.of(plan.shape(), plan.config(), PEAKS, plan.codecs()).computing();
        double vector = 4.0 * plan.shape().layout().size();
        double gbits =
                4 * vector / computing / PAYLOAD * 8 / 1e9 * 1.5; // Each way takes two thirds of the computation.
        ScalePlan.Row row = row(plan, gbits, 4);
        assertThat(entry(row, SyncChoice.PLAIN).stepSeconds()).isGreaterThan(1.5 * computing);
        assertThat(entry(row, SyncChoice.DELAY).stepSeconds()).isLessThan(1.15 * computing);
    }

    @Test
    void serversGrowWithWorkersAndSoDoTokens() {
        List<ScalePlan.Row> rows = plan(true, 0).rows(NO_BOUND, List.of(4, 12));
        assertThat(rows.get(1).servers()).isEqualTo(3);
        double few = entry(rows.get(0), SyncChoice.PLAIN).tokensPerSecond();
        double many = entry(rows.get(1), SyncChoice.PLAIN).tokensPerSecond();
        assertThat(many).isBetween(2.4 * few, 3.6 * few);
    }

    /** Whatever the configuration's own way of keeping step is, and however unevenly its lanes are spread. */
    @Test
    void everyConfigurationCanBePlanned() {
        List<Integer> workers = List.of(1, 3, 6);
        assertThat(plan(true, 0, "cluster.workers=3").rows(1, workers)).hasSize(3);
        assertThat(plan(true, 0, "sync.delay=1", "sync.warmup_steps=100", "sync.weight_prediction=true")
                        .rows(1, workers))
                .hasSize(3);
        assertThat(plan(true, 0, "training.precision=bf16", "sync.parameters=bf16")
                        .rows(1, workers))
                .hasSize(3);
        assertThat(plan(true, 0, "sync.mode=local", "checkpoint.every=50", "training.eval_every=0")
                        .rows(1, workers))
                .hasSize(3);
    }

    /** Rounds are without what there is none of in rounds, so that they can be judged beside the rest. */
    @Test
    void whatRoundsDoNotGoWithIsLeftOutOfThem() {
        ScalePlan plan = plan(
                true,
                0,
                "training.pruning.method=magnitude",
                "training.pruning.end_step=500",
                "training.schedule=wsd",
                "training.decay_steps=190",
                "cluster.residency=streamed");
        assertPricesAll(plan);
    }

    @Test
    void aPrivateRunIsJudgedBesideWaysThatAreNot() {
        assertPricesAll(plan(
                true,
                0,
                "training.clip_norm=0",
                "privacy.noise_multiplier=1",
                "privacy.target_delta=1.0e-5",
                "privacy.seed_variable=SEED"));
    }

    private static void assertPricesAll(ScalePlan plan) {
        for (ScalePlan.Row row : plan.rows(1, List.of(1, 4))) {
            assertThat(row.entries()).extracting(ScalePlan.Entry::choice).containsExactly(SyncChoice.values());
            assertThat(row.entries())
                    .allSatisfy(entry ->
                            assertThat(entry.stepSeconds()).isPositive().isFinite());
        }
    }

    /** Copies cost bytes, and servers that have no bucket carry none. */
    @Test
    void serversCarryWhatTheyHave() {
        double alone = entry(row(plan(true, 0), SLOW, 4), SyncChoice.PLAIN).stepSeconds();
        double copied = entry(row(plan(true, 0, "servers.replicas=2"), SLOW, 4), SyncChoice.PLAIN)
                .stepSeconds();
        assertThat(copied).isGreaterThan(1.05 * alone);
        double most = plan(true, 0).shape().layout().bucketCount();
        double enough = entry(row(plan(true, 0, "cluster.servers=" + (int) most), SLOW, 4), SyncChoice.PLAIN)
                .stepSeconds();
        double idle = entry(row(plan(true, 0, "cluster.servers=64"), SLOW, 4), SyncChoice.PLAIN)
                .stepSeconds();
        assertThat(idle).isCloseTo(enough, Percentage.withPercentage(5));
    }

    /** Half of the processors that all share is half of the pace, for few workers and for many. */
    @Test
    void processorsThatAreSharedAreShared() {
        for (int workers : new int[] {8, 64}) {
            ScalePlan plan = plan(true, 0);
            double own = entry(row(plan, NO_BOUND, workers), SyncChoice.PLAIN).stepSeconds();
            ScalePlan shared = new ScalePlan(plan.shape(), plan.config(), PEAKS, plan.codecs(), true, workers / 4, 0);
            assertThat(entry(row(shared, NO_BOUND, workers), SyncChoice.PLAIN).stepSeconds())
                    .isBetween(3 * own, 6 * own);
        }
    }

    @Test
    void aFixedBatchIsDividedUntilNothingIsLeftToDivide() {
        List<ScalePlan.Row> rows = plan(false, 0).rows(NO_BOUND, List.of(1, 2, 8, 16));
        assertThat(rows).extracting(ScalePlan.Row::workers).containsExactly(1, 2, 8);
        double one = entry(rows.get(0), SyncChoice.PLAIN).stepSeconds();
        assertThat(entry(rows.get(2), SyncChoice.PLAIN).stepSeconds()).isBetween(one / 8, one / 5);
        assertThatThrownBy(() -> plan(false, 0).rows(NO_BOUND, List.of(16)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("training.lanes=8");
    }

    @Test
    void theSlowestOfManyIsSlower() {
        List<ScalePlan.Row> rows =
                plan(true, 0.1, "training.global_batch=16384").rows(NO_BOUND, List.of(8, 1024));
        double few = entry(rows.get(0), SyncChoice.PLAIN).stepSeconds();
        double many = entry(rows.get(1), SyncChoice.PLAIN).stepSeconds();
        // The expected largest of 8 and of 1,024 draws: 1.42 and 3.25 standard deviations.
        assertThat(many / few).isBetween(1.08, 1.25);
    }

    @Test
    void aTableHasEachWayAndWhatToTake() {
        ScalePlan plan = plan(true, 0);
        ScaleTable table = new ScaleTable(plan, new Budget(1e9, 8));
        String text = table.header() + table.render(plan.rows(SLOW, List.of(1, 4)));
        assertThat(text).contains("int8, delay 1").contains("   local: ").contains("1 servers for 4 workers");
        ScalePlan.Row row = row(plan, NO_BOUND, 8);
        ScalePlan.Entry plain = row.entries().get(0);
        assertThat(table.cost(row, plain))
                .isCloseTo(2 * 8 * 1e9 / plain.tokensPerSecond() / 3600, Percentage.withPercentage(1e-6));
    }
}
