package org.weft.dl4j.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.engine.Decoder;
import org.weft.engine.Engines;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

class Dl4jReplicaTest {
    private static final ModelShape SHAPE = TwoEngines.shape(2, 32, 4, 16, 97);
    private static final ModelShape DROPPING = TwoEngines.dropping(SHAPE, 0.1);
    private static final Batch BATCH = TwoEngines.batch(0, 4, 16, 97);
    private static final int WARM_UP = 3;
    private static final int STEPS = 30;

    @Test
    void announcesFinalRangesDownwardsAndCoversTheVectorOnce() {
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1)) {
            List<long[]> ranges = new ArrayList<>();
            float[] announced = new float[(int) SHAPE.layout().size()];
            replica.zeroGradients();
            replica.accumulateGradient(BATCH, BATCH.targetCount(), TwoEngines.KEY, (offset, length) -> {
                ranges.add(new long[] {offset, length});
                replica.gradients(offset, (int) length).asFloatBuffer().get(announced, (int) offset, (int) length);
            });
            long end = announced.length;
            for (long[] range : ranges) {
                assertThat(range[0] + range[1]).isEqualTo(end);
                end = range[0];
            }
            assertThat(end).isZero();
            assertThat(ranges).hasSize(2 + 2);
            assertThat(announced).isEqualTo(TwoEngines.gradient(replica));
        }
    }

    @Test
    void repeatedCallsAndOtherReplicasGiveTheSameBits() {
        try (ModelReplica one = TwoEngines.open(TwoEngines.DL4J, DROPPING, 1);
                ModelReplica other = TwoEngines.open(TwoEngines.DL4J, DROPPING, 1)) {
            float[] first = TwoEngines.gradientOf(one, BATCH, TwoEngines.KEY);
            Nd4j.getRandom().nextDouble(); // The process's generator is not the replicas'.
            other.loss(BATCH);
            TwoEngines.gradientOf(other, TwoEngines.batch(1, 2, 16, 97), new MicroBatchKey(42, 0, 1, 0));
            assertThat(TwoEngines.gradientOf(other, BATCH, TwoEngines.KEY)).isEqualTo(first);
            assertThat(TwoEngines.gradientOf(one, BATCH, TwoEngines.KEY)).isEqualTo(first);
        }
    }

    @Test
    void dropoutIsAFunctionOfStepLaneAndMicroBatch() {
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, DROPPING, 1)) {
            float[] first = TwoEngines.gradientOf(replica, BATCH, TwoEngines.KEY);
            for (MicroBatchKey other : List.of(
                    new MicroBatchKey(43, 0, 0, 0),
                    new MicroBatchKey(42, 1, 0, 0),
                    new MicroBatchKey(42, 0, 1, 0),
                    new MicroBatchKey(42, 0, 0, 1))) {
                assertThat(TwoEngines.gradientOf(replica, BATCH, other)).isNotEqualTo(first);
            }
        }
    }

    @Test
    void dropoutsGradientIsThatOfItsLoss() {
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, TwoEngines.dropping(SHAPE, 0.3), 1)) {
            float[] gradient = TwoEngines.gradientOf(replica, BATCH, TwoEngines.KEY);
            double squares = 0;
            for (float each : gradient) {
                squares += (double) each * each;
            }
            float step = (float) (0.004 / Math.sqrt(squares));
            double ahead = lossAfter(replica, gradient, step);
            double behind = lossAfter(replica, gradient, -2 * step);
            assertThat((ahead - behind) / (2 * step)).isCloseTo(squares, within(0.01 * squares));
        }
    }

    /** Moves the parameters along the gradient. */
    private static double lossAfter(ModelReplica replica, float[] gradient, float step) {
        var parameters = replica.parameters(0, gradient.length).asFloatBuffer();
        for (int i = 0; i < gradient.length; i++) {
            parameters.put(i, parameters.get(i) + step * gradient[i]);
        }
        replica.parametersWritten(0, gradient.length);
        replica.zeroGradients();
        return replica.accumulateGradient(BATCH, BATCH.targetCount(), TwoEngines.KEY, (offset, length) -> {});
    }

    @Test
    void lossIsWithoutDropout() {
        try (ModelReplica dropping = TwoEngines.open(TwoEngines.DL4J, DROPPING, 1);
                ModelReplica whole = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1)) {
            assertThat(dropping.loss(BATCH)).isEqualTo(whole.loss(BATCH));
        }
    }

    @Test
    void headInChunksIsTheHeadAtOnce() {
        INDArray weight = Nd4j.rand(new int[] {97, 32}).subi(0.5);
        INDArray x = Nd4j.rand(new int[] {64, 32}).muli(40);
        int[] targets = TwoEngines.withHoles(BATCH).targets();
        INDArray[] gradients = {Nd4j.zeros(97, 32), Nd4j.zeros(97, 32)};
        INDArray[] into = {Nd4j.zeros(64, 32), Nd4j.zeros(64, 32)};
        double[] sums = new double[2];
        for (int i = 0; i < 2; i++) {
            int bytes = i == 0 ? TiedHead.BUFFER_BYTES : 7 * 97 * Float.BYTES;
            try (TiedHead head = new TiedHead(weight, gradients[i], bytes)) {
                sums[i] = head.lossAndGradient(x, targets, 10, into[i], new double[targets.length]);
                assertThat(head.loss(x, targets)).isEqualTo(sums[i]);
            }
        }
        assertThat(sums[1]).isCloseTo(sums[0], within(1e-7 * sums[0])).isGreaterThan(0);
        assertThat(into[1].equalsWithEps(into[0], 1e-5)).isTrue();
        assertThat(gradients[1].equalsWithEps(gradients[0], 1e-4)).isTrue();
    }

    @Test
    void hugeLogitsStayFinite() {
        try (TiedHead head = new TiedHead(Nd4j.eye(4).castTo(Nd4j.zeros(1).dataType()), Nd4j.zeros(4, 4))) {
            INDArray x = Nd4j.create(new float[][] {{1000, 0, -1000, 0}});
            assertThat(head.loss(x, new int[] {2})).isCloseTo(2000, within(1e-3));
        }
    }

    @Test
    void logitsHiddenStatesAndTextsAgreeWithTorch() {
        try (ModelReplica torch = TwoEngines.open(TwoEngines.TORCH, SHAPE, 1);
                ModelReplica dl4j = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1);
                Decoder torchText = torch.decoder(2);
                Decoder dl4jText = dl4j.decoder(2)) {
            int[] tokens = {5, 96, 0, 33, 5};
            assertClose(dl4j.logits(tokens, 0, 4), torch.logits(tokens, 0, 4));
            assertClose(dl4j.hiddenStates(tokens), torch.hiddenStates(tokens));
            assertClose(new float[][] {dl4jText.begin(1, tokens)}, new float[][] {torchText.begin(1, tokens)});
            for (int token = 0; token < 11; token++) {
                int[][] next = {{1}, {7 * token}};
                assertClose(dl4jText.append(next[0], next[1]), torchText.append(next[0], next[1]));
            }
        }
    }

    private static void assertClose(float[][] actual, float[][] expected) {
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        for (int row = 0; row < expected.length; row++) {
            assertThat(actual[row]).containsExactly(expected[row], within(2e-5f));
        }
    }

    /** ND4J counts the bytes of its arrays: what it leaves to the collector itself (indices) is less than one (N, D) a step. */
    @Test
    void noArrayOutlivesItsStep() {
        long before = Nd4j.getEnvironment().getDeviceCouner(0);
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, DROPPING, 1)) {
            long warm = 0;
            for (int step = 0; step < STEPS; step++) {
                if (step == WARM_UP) {
                    warm = Nd4j.getEnvironment().getDeviceCouner(0);
                }
                TwoEngines.gradientOf(replica, BATCH, new MicroBatchKey(1, step, 0, 0));
                replica.loss(BATCH);
                replica.nextTokenLogits(new int[] {step});
            }
            assertThat(warm).isGreaterThan(2 * 4 * SHAPE.layout().size());
            long activations = 4L * BATCH.inputs().length * SHAPE.config().width() * (STEPS - WARM_UP);
            assertThat(Nd4j.getEnvironment().getDeviceCouner(0) - warm).isLessThan(activations / 2);
        }
        assertThat(Nd4j.getEnvironment().getDeviceCouner(0) - before)
                .isLessThan(4 * SHAPE.layout().size());
    }

    @Test
    void measuresAPeak() {
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1)) {
            assertThat(replica.measurePeakFlops()).isBetween(1e8, 1e13);
        }
    }

    @Test
    void refusesWhatItCannotCompute() {
        assertRefused(
                TwoEngines.configured("{architecture: llama, layers: 1, width: 16, heads: 2}", 97),
                ReplicaOptions.cpu(1),
                "model.architecture=llama",
                "set model.architecture=gpt2");
        assertRefused(
                TwoEngines.configured("{architecture: bert, layers: 1, width: 16, heads: 2}", 97),
                ReplicaOptions.cpu(1),
                "model.architecture=bert",
                "set model.architecture=gpt2");
        assertRefused(
                SHAPE,
                new ReplicaOptions("cuda:0", 1, false, false),
                "cluster.device=cuda:0",
                "set cluster.device=cpu");
        assertRefused(
                SHAPE,
                new ReplicaOptions("cpu", 1, true, false),
                "training.precision=bf16",
                "set training.precision=fp32");
        assertRefused(
                SHAPE,
                new ReplicaOptions("cpu", 1, false, false, true),
                "training.document_attention=true",
                "set training.document_attention=false");
    }

    @Test
    void refusesToFineTune() {
        ModelShape tuned =
                new ModelShape(SHAPE.config(), SHAPE.vocabSize(), new Adaptation(TaskHead.LANGUAGE, null, 1, 1));
        assertThatThrownBy(() -> Engines.require(TwoEngines.DL4J, tuned, ReplicaOptions.cpu(1)))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e).hasMessage("cluster.engine=dl4j does not fine-tune");
                    assertThat(e.hint()).isEqualTo("set cluster.engine=torch");
                });
    }

    private static void assertRefused(ModelShape shape, ReplicaOptions options, String asked, String hint) {
        for (ThrowingCallable call : new ThrowingCallable[] {
            () -> Engines.require(TwoEngines.DL4J, shape, options), () -> Engines.open(TwoEngines.DL4J, shape, options)
        }) {
            assertThatThrownBy(call).isInstanceOfSatisfying(WeftException.class, e -> {
                assertThat(e).hasMessage("cluster.engine=dl4j does not compute " + asked);
                assertThat(e.status()).isEqualTo(ExitStatus.USAGE);
                assertThat(e.hint()).isEqualTo(hint + ", or cluster.engine=torch");
            });
        }
    }

    @Test
    void refusesForeignTokensAndLongSequences() {
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1)) {
            assertThatThrownBy(() -> replica.loss(TwoEngines.batch(0, 1, 16, 203)))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining("outside the model's vocabulary of 97");
            assertThatThrownBy(() -> replica.loss(TwoEngines.batch(0, 1, 17, 97)))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("sequences of 17 tokens do not fit model.context=16");
            assertThatThrownBy(() -> replica.logits(new int[0], 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> replica.parameters(0, Integer.MAX_VALUE))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        ModelShape empty = new ModelShape(ModelConfig.gpt2(1, 8, 1, 2, 0), 0);
        assertThatThrownBy(() -> Engines.open(TwoEngines.DL4J, empty, ReplicaOptions.cpu(1)))
                .isInstanceOf(WeftException.class)
                .hasMessage("vocabulary=0 must be at least 1");
    }

    @Test
    void belongsToItsThreadUntilItIsClosed() {
        ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1);
        assertThatThrownBy(
                        () -> CompletableFuture.runAsync(replica::zeroGradients).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("the replica belongs to thread "
                        + Thread.currentThread().getName() + ", called by ");
        replica.close();
        replica.close();
        assertThatThrownBy(replica::zeroGradients).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> replica.parameters(0, 1)).hasMessage("the replica in ND4J is closed");
    }

    @Test
    void whatEachSequenceCostIsToldWithTheSameBits() {
        Batch holes = TwoEngines.withHoles(BATCH);
        try (ModelReplica replica = TwoEngines.open(TwoEngines.DL4J, SHAPE, 1)) {
            float[] gradient = TwoEngines.gradientOf(replica, holes, TwoEngines.KEY);
            double[] nats = new double[holes.sequences()];
            replica.zeroGradients();
            double mean = replica.accumulateGradient(
                    holes,
                    holes.targetCount(),
                    TwoEngines.KEY,
                    (offset, length) -> {},
                    (sequence, one) -> nats[sequence] += one);
            assertThat(TwoEngines.gradient(replica)).isEqualTo(gradient);
            double sum = 0;
            for (int sequence = 0; sequence < nats.length; sequence++) {
                int from = sequence * holes.context();
                int to = from + holes.context();
                double alone = replica.loss(Batch.ofTokens(
                        1,
                        holes.context(),
                        Arrays.copyOfRange(holes.inputs(), from, to),
                        Arrays.copyOfRange(holes.targets(), from, to)));
                assertThat(nats[sequence]).isCloseTo(alone, within(1e-5 * alone));
                sum += nats[sequence];
            }
            assertThat(sum / holes.targetCount()).isCloseTo(mean, within(1e-9));
        }
    }
}
