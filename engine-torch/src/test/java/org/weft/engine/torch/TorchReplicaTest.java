package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.model.ModelShape;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ReplicaOptions;

class TorchReplicaTest {
    private static final ModelShape SHAPE = Replicas.shape(3, 32, 4, 16, 97);
    private static final ModelShape DROPPING = Replicas.withDropout(SHAPE, 0.1);
    private static final Batch BATCH = Replicas.batch(0, 4, 16, 97);

    @Test
    void announcesRangesDownwardsAndCoversTheVectorOnce() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            List<long[]> ranges = new ArrayList<>();
            replica.zeroGradients();
            replica.accumulateGradient(
                    BATCH,
                    BATCH.targetCount(),
                    Replicas.KEY,
                    (offset, length) -> ranges.add(new long[] {offset, length}));
            long end = replica.layout().size();
            for (long[] range : ranges) {
                assertThat(range[0] + range[1]).isEqualTo(end);
                end = range[0];
            }
            assertThat(end).isZero();
            assertThat(ranges).hasSize(3 + 2);
        }
    }

    @Test
    void announcedRangesAreFinal() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            float[] announced = new float[(int) replica.layout().size()];
            replica.zeroGradients();
            replica.accumulateGradient(BATCH, BATCH.targetCount(), Replicas.KEY, (offset, length) -> {
                float[] range = Replicas.floats(replica.gradients(offset, (int) length));
                System.arraycopy(range, 0, announced, (int) offset, range.length);
            });
            assertThat(announced).isEqualTo(Replicas.gradient(replica));
            assertThat(Replicas.gradientOf(replica, BATCH, Replicas.KEY)).isEqualTo(announced);
        }
    }

    @Test
    void twoReplicasComputeTheSameBits() {
        try (TorchReplica one = Replicas.open(DROPPING, 1);
                TorchReplica other = Replicas.open(DROPPING, 1)) {
            other.loss(BATCH);
            assertThat(Replicas.gradientOf(one, BATCH, Replicas.KEY))
                    .isEqualTo(Replicas.gradientOf(other, BATCH, Replicas.KEY));
        }
    }

    @Test
    void replicasOfTwoThreadsDoNotDisturbEachOther() throws Exception {
        float[] expected;
        try (TorchReplica replica = Replicas.open(DROPPING, 1)) {
            expected = Replicas.gradientOf(replica, BATCH, Replicas.KEY);
        }
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<float[]> task = () -> {
                try (TorchReplica replica = Replicas.open(DROPPING, 1)) {
                    for (int step = 0; step < 20; step++) {
                        Replicas.gradientOf(replica, BATCH, new MicroBatchKey(1, step, 0, 0));
                    }
                    return Replicas.gradientOf(replica, BATCH, Replicas.KEY);
                }
            };
            for (Future<float[]> result : threads.invokeAll(List.of(task, task))) {
                assertThat(result.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void microBatchesAddUp() {
        Batch second = Replicas.batch(1, 4, 16, 97);
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            float[] first = Replicas.gradientOf(replica, BATCH, Replicas.KEY);
            float[] other = Replicas.gradientOf(replica, second, Replicas.KEY);
            replica.zeroGradients();
            replica.accumulateGradient(BATCH, BATCH.targetCount(), Replicas.KEY, GradientListener.NONE);
            replica.accumulateGradient(second, BATCH.targetCount(), Replicas.KEY, GradientListener.NONE);
            float[] both = Replicas.gradient(replica);
            for (int i = 0; i < both.length; i++) {
                assertThat(both[i]).isCloseTo(first[i] + other[i], within(1e-6f));
            }
        }
    }

    @Test
    void lossIsThatOfTheGradientWithoutDropout() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            double accumulated = replica.accumulateGradient(BATCH, 10, Replicas.KEY, GradientListener.NONE);
            assertThat(replica.loss(BATCH) / 10).isEqualTo(accumulated);
            assertThat(replica.loss(BATCH) / BATCH.targetCount()).isCloseTo(Math.log(97), within(0.1));
        }
    }

    @Test
    void dropoutIsAFunctionOfItsKey() {
        try (TorchReplica replica = Replicas.open(DROPPING, 1)) {
            float[] first = Replicas.gradientOf(replica, BATCH, Replicas.KEY);
            assertThat(Replicas.gradientOf(replica, BATCH, Replicas.KEY)).isEqualTo(first);
            for (MicroBatchKey other : List.of(
                    new MicroBatchKey(43, 0, 0, 0),
                    new MicroBatchKey(42, 1, 0, 0),
                    new MicroBatchKey(42, 0, 1, 0),
                    new MicroBatchKey(42, 0, 0, 1))) {
                assertThat(Replicas.gradientOf(replica, BATCH, other)).isNotEqualTo(first);
            }
        }
    }

    @Test
    void manyRowsAreTheSameLossAsFewAtATime() {
        int vocabulary = 60_000;
        Batch wide = Replicas.batch(0, 10, 16, vocabulary);
        assertThat(wide.targetCount() * vocabulary * Float.BYTES).isGreaterThan(OutputHead.BUFFER_BYTES);
        try (TorchReplica replica = Replicas.open(Replicas.shape(1, 8, 2, 16, vocabulary), 1)) {
            float[] whole = Replicas.gradientOf(replica, wide, Replicas.KEY);
            double loss = replica.loss(wide);
            double sum = 0;
            replica.zeroGradients();
            for (int i = 0; i < 10; i++) {
                Batch row = Batch.causal(1, 16, Arrays.copyOfRange(wide.tokens(), i * 17, (i + 1) * 17));
                sum += replica.loss(row);
                replica.accumulateGradient(row, wide.targetCount(), Replicas.KEY, GradientListener.NONE);
            }
            assertThat(loss).isCloseTo(sum, within(1e-3));
            float[] parts = Replicas.gradient(replica);
            for (int i = 0; i < parts.length; i += 97) {
                assertThat(whole[i]).isCloseTo(parts[i], within(1e-6f));
            }
        }
    }

    @Test
    void nextTokenLogitsGiveTheLoss() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            int[] tokens = Arrays.copyOf(BATCH.tokens(), 3);
            double expected = replica.loss(Batch.causal(1, 2, tokens));
            double sum = -logProbability(replica.nextTokenLogits(new int[] {tokens[0]}), tokens[1])
                    - logProbability(replica.nextTokenLogits(new int[] {tokens[0], tokens[1]}), tokens[2]);
            assertThat(sum).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void windowsAreLittleEndianAndBounded() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            assertThat(replica.parameters(8, 4).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(replica.parameters(8, 4).remaining()).isEqualTo(16);
            assertThat(replica.parameters(8, 4).isDirect()).isTrue();
            long size = replica.layout().size();
            assertThatThrownBy(() -> replica.gradients(size - 3, 4))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("length=4 elements=" + size);
        }
    }

    @Test
    void namesTheTokenOutsideTheVocabulary() {
        int[] tokens = BATCH.tokens().clone();
        tokens[5] = 97;
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            assertThatThrownBy(() -> replica.loss(Batch.causal(4, 16, tokens)))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("token id 97 at position 5 is outside the model's vocabulary of 97");
            assertThatThrownBy(() -> replica.nextTokenLogits(new int[] {-1})).hasMessageContaining("token id -1");
        }
    }

    @Test
    void refusesSequencesLongerThanTheContext() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            assertThatThrownBy(() -> replica.loss(Replicas.batch(0, 1, 17, 97)))
                    .hasMessage("sequences of 17 tokens do not fit model.context=16");
            assertThatThrownBy(() -> replica.nextTokenLogits(new int[0])).hasMessageContaining("at least 1");
        }
    }

    @Test
    void refusesUseAfterCloseAndFromOtherThreads() throws InterruptedException {
        TorchReplica replica = Replicas.open(SHAPE, 1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = new Thread(replica::zeroGradients, "stranger");
        other.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        other.start();
        other.join();
        assertThat(failure.get()).hasMessageContaining("called by stranger");
        replica.close();
        replica.close();
        assertThatThrownBy(replica::zeroGradients).hasMessageContaining("is closed");
        assertThatThrownBy(() -> replica.parameters(0, 1)).hasMessageContaining("is closed");
    }

    @Test
    void refusesDevicesThatAreNotThere() {
        assertThatThrownBy(() -> TorchReplica.open(SHAPE, new ReplicaOptions("tpu", 1, false, false)))
                .hasMessageContaining("device=tpu");
        int index = NativeRuntime.cudaDevices();
        assertThatThrownBy(() -> TorchReplica.open(SHAPE, new ReplicaOptions("cuda:" + index, 1, false, false)))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER);
                    assertThat(e).hasMessageContaining("libtorch sees " + index + " CUDA devices");
                });
    }

    @Test
    void measuresAPeak() {
        try (TorchReplica replica = Replicas.open(SHAPE, 1)) {
            assertThat(replica.measurePeakFlops()).isBetween(1e8, 1e15);
        }
    }

    private static double logProbability(float[] logits, int token) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return logits[token] - Math.log(sum);
    }

    @Test
    void whatEachSequenceCostIsToldWithTheSameBits() {
        Batch holes = Replicas.maskedBatch(0, 4, 16, 97);
        Batch ignoring = Batch.ofTokens(4, 16, holes.inputs(), holes.targets());
        assertTold(SHAPE, BATCH);
        assertTold(SHAPE, ignoring);
        assertTold(Replicas.llama(2, 32, 4, 16, 97), BATCH);
        assertTold(Replicas.bert(2, 32, 4, 15, 0, 97), Replicas.maskedBatch(0, 4, 15, 97)); // with pairs
        int vocabulary = 200_000; // a chunk of the head ends within a sequence
        assertTold(Replicas.shape(1, 8, 1, 32, vocabulary), Replicas.batch(0, 4, 32, vocabulary));
        assertTold(SHAPE, BATCH, true, 2e-3); // a sequence alone is multiplied in other blocks, and rounded to 8 bits
    }

    private static void assertTold(ModelShape shape, Batch batch) {
        assertTold(shape, batch, false, 1e-5);
    }

    private static void assertTold(ModelShape shape, Batch batch, boolean bfloat16, double aloneWithin) {
        try (TorchReplica replica = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, false))) {
            Replicas.initialize(replica, 1);
            double targets = batch.targetCount();
            replica.zeroGradients();
            double mean = replica.accumulateGradient(batch, targets, Replicas.KEY, GradientListener.NONE);
            float[] gradient = Replicas.gradient(replica);
            List<Double> nats = new ArrayList<>();
            replica.zeroGradients();
            double told =
                    replica.accumulateGradient(batch, targets, Replicas.KEY, GradientListener.NONE, (sequence, one) -> {
                        assertThat(sequence).isEqualTo(nats.size());
                        nats.add(one);
                    });
            assertThat(told).isEqualTo(mean);
            assertThat(Replicas.gradient(replica)).isEqualTo(gradient);
            assertThat(nats).hasSize(batch.sequences());
            double sum = nats.stream().mapToDouble(one -> one).sum();
            assertThat(sum / targets).isCloseTo(mean, within(1e-6 * mean));
            for (int sequence = 0; sequence < batch.sequences(); sequence++) {
                double alone = replica.loss(only(batch, sequence));
                assertThat(nats.get(sequence)).isCloseTo(alone, within(aloneWithin * alone));
            }
        }
    }

    private static Batch only(Batch batch, int sequence) {
        int from = sequence * batch.context();
        int to = from + batch.context();
        int[] inputs = Arrays.copyOfRange(batch.inputs(), from, to);
        Targets.Tokens tokens = new Targets.Tokens(Arrays.copyOfRange(batch.targets(), from, to));
        if (batch.asked() instanceof Targets.Pairs pairs) {
            int[] second = {batch.seconds()[sequence]};
            int[] related = {pairs.related()[sequence]};
            return new Batch(1, batch.context(), inputs, second, new Targets.Pairs(tokens, related));
        }
        return Batch.ofTokens(1, batch.context(), inputs, tokens.ids());
    }
}
