package org.weft.driver.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;

class ForecastTest {
    private static final MachinePeaks PEAKS = new MachinePeaks(200e9, 10e9);

    @Test
    void bfloat16CostsMoreWhereItIsEmulated() {
        ModelShape shape = new ModelShape(config("training.precision=bf16").model(), 8192);
        double own = products(shape, "bf16", new MachinePeaks(200e9, 400e9, 10e9));
        double single = products(shape, "fp32", new MachinePeaks(200e9, 50e9, 10e9));
        double emulated = products(shape, "bf16", new MachinePeaks(200e9, 50e9, 10e9));
        assertThat(own).isBetween(0.5 * single, 0.7 * single); // attention's own products stay in float32
        assertThat(emulated).isBetween(3 * single, 4 * single);
    }

    private static double products(ModelShape shape, String precision, MachinePeaks peaks) {
        return StepTime.of(shape, config("training.precision=" + precision), peaks, 0, Double.POSITIVE_INFINITY)
                .products();
    }

    @Test
    void countsParametersByTheirPlace() {
        Forecast forecast = forecast("model.layers=12", "model.width=768", "model.heads=12", "model.context=1024");
        assertThat(forecast.parameters()).isEqualTo(124_439_808L);
        assertThat(forecast.embeddingParameters()).isEqualTo((50_257L + 1024) * 768);
        assertThat(forecast.blockParameters()).isEqualTo(7_087_872L);
        assertThat(forecast.parameters())
                .isEqualTo(forecast.embeddingParameters() + 12 * forecast.blockParameters() + 2 * 768);
    }

    @Test
    void everyFamilyHasEmbeddingsAndBlocks() {
        for (String family : new String[] {"llama", "bert"}) {
            Forecast forecast = forecast("model.architecture=" + family);
            assertThat(forecast.embeddingParameters()).as(family).isGreaterThan(50_257L * 384 - 1);
            assertThat(forecast.blockParameters()).as(family).isBetween(1_500_000L, 2_500_000L);
        }
    }

    @Test
    void bytesOfAStepAreThoseOfTheProtocol() {
        Traffic traffic = forecast("cluster.workers=4", "cluster.servers=2", "servers.replicas=2")
                .traffic();
        long vector = 4 * forecast().parameters();
        assertThat(traffic.workerPull()).isEqualTo(vector);
        assertThat(traffic.workerPush()).isEqualTo(vector);
        assertThat(traffic.serverIn()).isEqualTo(2 * vector);
        assertThat(traffic.serverOut()).isEqualTo(2 * vector);
        assertThat(traffic.backup()).isEqualTo(vector / 2);
        assertThat(traffic.total()).isEqualTo(9 * vector);
    }

    /** Every element of a block but its norms' is a factor; embeddings and what pushes carry are not. */
    @Test
    void parametersThatAreRoundedAnywayComeAsHalfTheBytes() {
        Forecast forecast = forecast("training.precision=bf16", "cluster.workers=4", "cluster.servers=2");
        long norms = (2 * 6 + 1) * 2L * 384;
        long factors = forecast.parameters() - forecast.embeddingParameters() - norms;
        long pull = 4 * forecast.parameters() - 2 * factors;
        Traffic traffic = forecast.traffic();
        assertThat(traffic.workerPull()).isEqualTo(pull);
        assertThat(traffic.serverOut()).isEqualTo(2 * pull);
        assertThat(traffic.workerPush()).isEqualTo(4 * forecast.parameters());
        assertThat(traffic.total()).isEqualTo(4 * pull + 4 * traffic.workerPush());
        assertThat(forecast("training.precision=bf16", "sync.parameters=f32")
                        .traffic()
                        .workerPull())
                .isEqualTo(4 * forecast.parameters());
    }

    /** Once in a round: the parameters and two moments each way. */
    @Test
    void bytesOfARoundHaveTheMoments() {
        String[] local = {"sync.mode=local", "checkpoint.every=50", "training.eval_every=50", "cluster.workers=4"};
        Traffic traffic = forecast(local).traffic();
        long vector = 4 * forecast().parameters();
        assertThat(traffic.workerPull()).isEqualTo(3 * vector / 50);
        assertThat(traffic.workerPush()).isEqualTo(3 * vector / 50);
        assertThat(traffic.total()).isEqualTo(4 * 6 * vector / 50);
        Traffic reset = forecast(with(local, "sync.inner_state=reset")).traffic();
        assertThat(reset.total()).isEqualTo(4 * 2 * vector / 50);
        // Two lanes of a worker travel by themselves, in half the bytes; the moments are summed.
        Traffic rounded = forecast(with(local, "sync.gradients=bf16")).traffic();
        assertThat(rounded.workerPush()).isEqualTo((vector + 2 * vector) / 50);
    }

    @Test
    void unevenSharesPushMoreNodes() {
        Traffic traffic = forecast("cluster.workers=3").traffic();
        long vector = 4 * forecast().parameters();
        // Lanes 0-1, 2-4, 5-7: one node, two, two.
        assertThat(traffic.workerPush()).isEqualTo(2 * vector);
        assertThat(traffic.total()).isEqualTo((3 + 5) * vector);
    }

    /** A run of a window's length is computed with the one before it, whatever of that is masked. */
    @Test
    void aWindowOfHalfTheContextSavesNothing() {
        double whole = products("model.architecture=mistral");
        assertThat(products("model.architecture=mistral", "model.sliding_window=128"))
                .isCloseTo(whole, Percentage.withPercentage(1e-6));
        assertThat(products("model.architecture=mistral", "model.sliding_window=64"))
                .isLessThan(0.999 * whole);
        assertThat(products("model.architecture=modernbert", "model.sliding_window=170"))
                .isLessThan(products("model.architecture=modernbert", "model.sliding_window=172"));
    }

    private static double products(String... overrides) {
        String[] all = Arrays.copyOf(overrides, overrides.length + 1);
        all[overrides.length] = "model.context=256";
        return forecast(all).time().products();
    }

    @Test
    void aStepTakesTheMoreTheSlowerTheMachine() {
        double fast = forecast().time().total();
        WeftConfig config = config();
        ModelShape shape = new ModelShape(config.model(), 50_257);
        double slow = Forecast.of(shape, config, new MachinePeaks(100e9, 5e9), Double.POSITIVE_INFINITY, null)
                .time()
                .total();
        assertThat(slow).isBetween(1.8 * fast, 2.01 * fast);
        assertThat(forecast().utilisation()).isBetween(0.3, 1.0);
    }

    @Test
    void aSlowNetworkIsWaitedFor() {
        WeftConfig config = config();
        ModelShape shape = new ModelShape(config.model(), 50_257);
        Forecast slow = Forecast.of(shape, config, PEAKS, 125e6, null);
        // Two servers send the whole vector to two workers, each 8 workers' halves: one vector a server.
        double pull = slow.traffic().serverOut() / 125e6;
        double forward = (slow.time().products() + slow.time().elementwise()) / 3;
        assertThat(slow.time().pull()).isBetween(pull - forward / 2, pull * (1 + 1e-9));
    }

    /** Embeddings are a tenth of the parameters: nothing hides what they take, nor what comes after the first server's range. */
    @Test
    void forwardHidesWhatFollowsTheEmbeddings() {
        assertThat(StepTime.hidden(10, 3, 0.1, 1)).isCloseTo(3, within(1e-12));
        assertThat(StepTime.hidden(10, 3, 0.1, 2)).isCloseTo(3 * 0.4 / 0.9, within(1e-12));
        assertThat(StepTime.hidden(1, 30, 0.1, 1)).isCloseTo(0.9, within(1e-12));
        assertThat(StepTime.hidden(10, 3, 0.1, 20)).isZero();
    }

    @Test
    void recomputationTakesAThirdMoreAtMost() {
        double kept = forecast().time().compute();
        double again = forecast("training.recompute=true").time().compute();
        assertThat(again / kept).isBetween(1.1, 1.35);
    }

    /** 284 tokens of text are 256 that are read and 57 that are written; a run's metrics count the text's. */
    @Test
    void tokensOfAnEncoderWithADecoderAreItsTexts() {
        Forecast forecast = forecast("model.architecture=t5");
        assertThat(forecast.stepTokens()).isEqualTo(32 * 284);
        double read = forecast.shape().flopsPerToken() * 256;
        assertThat(forecast.stepFlops() / 32).isCloseTo(read, Percentage.withPercentage(2));
        double longer =
                forecast("model.architecture=t5", "training.mask_fraction=0.3").stepFlops() / forecast.stepFlops();
        assertThat(longer).isBetween(1.1, 1.5);
    }

    /**
     * What the balance adds goes back through attention once more: four operations of each of its weights and two thirds of its
     * products. Experts that no token goes to cost passes over all tokens.
     */
    @Test
    void aMixtureTakesMoreThanItsOperations() {
        String[] mixture = {
            "model.architecture=mixtral", "model.mlp_width=768", "model.experts=4", "model.router_aux_loss_coef=-1"
        };
        StepTime time = forecast(mixture).time();
        StepTime balanced =
                forecast(with(mixture, "model.router_aux_loss_coef=0.01")).time();
        double tokens = 16 * 256;
        double operations = 6 * (4.0 * 4 * 384 * 384 + 8.0 * 384 * 256);
        assertThat(balanced.products() - time.products())
                .isCloseTo(tokens * operations / (200e9 * 384 / 416), Percentage.withPercentage(1e-6));
        assertThat(balanced.elementwise()).isGreaterThan(time.elementwise());
        StepTime more = forecast(with(mixture, "model.experts=6")).time();
        assertThat(more.elementwise() - time.elementwise())
                .isCloseTo(tokens * 6 * 2 * 3 * 4 * 384 / 10e9, Percentage.withPercentage(1e-6));
        assertThat(more.dispatch()).isGreaterThan(time.dispatch());
    }

    private static String[] with(String[] settings, String more) {
        return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void warnsOfWorkersWithoutLanesAndOfSmallExecutors() {
        assertThat(forecast("cluster.workers=16").warnings())
                .anyMatch(warning -> warning.startsWith("cluster.workers=16 but training.lanes=8"));
        assertThat(forecast("cluster.executor_memory=200m", "cluster.servers=1").warnings())
                .anyMatch(warning -> warning.startsWith("too little memory: an executor has a heap of 200 MiB"));
        assertThat(forecast().warnings()).isEmpty();
    }

    @Test
    void saysWhatAModelNeedsThatThisMachineCannotHold() {
        String[] deep = {"cluster.master=local[4]", "model.layers=48", "model.width=1024", "model.heads=16"};
        Forecast whole = forecast(deep);
        long needed = whole.memory().executor(1, 1L << 31).overhead();
        Forecast streamed = forecast(with(deep, "cluster.residency=streamed"));
        long less = streamed.memory().executor(1, 1L << 31).overhead();
        assertThat(less).isLessThan(needed / 2);
        assertThat(whole.tooLarge(needed)).isNull();
        assertThat(whole.tooLarge(8L << 30))
                .isEqualTo("workers and servers need " + (needed >> 20)
                        + " MiB beside their heaps, this machine has 8192 MiB; with cluster.residency=streamed they need "
                        + (less >> 20) + " MiB");
        assertThat(streamed.tooLarge(1L << 30)).doesNotContain("cluster.residency");
        assertThat(forecast(with(deep, "cluster.engine=dl4j")).tooLarge(1L << 30))
                .endsWith("this machine has 1024 MiB");
    }

    /** Blocks come once for forward and once for backward. */
    @Test
    void bytesOfAStepThatIsStreamed() {
        Forecast forecast = forecast("cluster.residency=streamed");
        long vector = 4 * forecast.parameters();
        assertThat(forecast.traffic().workerPull()).isCloseTo(vector + 4 * 6 * forecast.blockParameters(), within(1L));
        assertThat(forecast.traffic().workerPush()).isEqualTo(vector);
    }

    @Test
    void theTableHasAllSections() {
        String table = new ForecastTable(forecast(), new Budget(1e9, 3)).render();
        assertThat(table)
                .contains("Model: gpt2, 6 blocks, width 384, context 256, vocabulary 50,257")
                .contains("Memory of a worker, ")
                .contains("Memory of a server, ")
                .contains("A step of 8,192 tokens on 2 workers of 200 GFLOP/s")
                .contains("20 tokens a parameter")
                .contains(" at 3.00 an hour");
        assertThat(table.lines()).allMatch(line -> line.length() < 150 || line.startsWith("warning"));
    }

    /** Of a teacher twice as deep a forward pass: of three passes there are about five. */
    @Test
    void aTeacherIsPassedThroughOnce() {
        WeftConfig config = config();
        ModelShape shape = new ModelShape(config.model(), 50_257);
        ModelShape teacher = new ModelShape(config("model.layers=12").model(), 50_257);
        Forecast alone = forecast();
        Forecast taught = Forecast.of(shape, config, PEAKS, Double.POSITIVE_INFINITY, teacher);
        assertThat(taught.time().compute() / alone.time().compute()).isBetween(1.4, 1.7);
        assertThat(taught.stepFlops() / alone.stepFlops()).isBetween(1.4, 1.7);
        assertThat(taught.time().push()).isEqualTo(alone.time().push());
        assertThat(new ForecastTable(taught, new Budget(1e9, 3)).render()).contains("the teacher, and what it says");
    }

    private static Forecast forecast(String... settings) {
        WeftConfig config = config(settings);
        return Forecast.of(new ModelShape(config.model(), 50_257), config, PEAKS, Double.POSITIVE_INFINITY, null);
    }

    private static WeftConfig config(String... settings) {
        String yaml = """
                run: {dir: unused}
                cluster: {workers: 2, servers: 2, device: cpu, executor_memory: 2g}
                model: {layers: 6, width: 384, heads: 6, context: 256}
                training: {global_batch: 32, micro_batch: 4, lanes: 8}
                """;
        return ConfigLoader.load("test", yaml, List.of(settings));
    }
}
