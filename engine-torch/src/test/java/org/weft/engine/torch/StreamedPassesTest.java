package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ParameterPages;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.SequenceLosses;
import org.weft.engine.SpanPasses.Lane;
import org.weft.engine.SpanPasses.Part;

/** A replica that holds one block at a time against one that holds all, bit by bit. */
class StreamedPassesTest {
    private static final int VOCABULARY = 31;
    private static final double NORMALIZER = 40;

    static Stream<Arguments> models() {
        List<Arguments> models = new ArrayList<>();
        for (boolean bfloat16 : new boolean[] {false, true}) {
            ModelShape gpt2 = Replicas.withDropout(Replicas.shape(3, 8, 2, 6, VOCABULARY), 0.1);
            models.add(Arguments.of("gpt2", gpt2, bfloat16));
            models.add(Arguments.of("llama", Replicas.llama(3, 8, 2, 6, VOCABULARY), bfloat16));
            models.add(Arguments.of("bert", Replicas.bert(3, 8, 2, 6, 0.1, VOCABULARY), bfloat16));
            for (String name : Replicas.RELATIVES.keySet()) {
                models.add(Arguments.of(name, Replicas.relative(name, 16, 6, 4, VOCABULARY), bfloat16));
            }
            for (String name : List.of("roberta", "modernbert", "distilbert")) {
                models.add(Arguments.of(name, Replicas.encoder(name, 16, 6, 0, VOCABULARY), bfloat16));
            }
        }
        return models.stream();
    }

    @ParameterizedTest(name = "{0} bfloat16={2}")
    @MethodSource("models")
    void lanesHaveTheBitsOfOnePassAfterTheOther(String family, ModelShape shape, boolean bfloat16) {
        try (TorchReplica whole = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, false));
                TorchReplica streamed =
                        TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, true, false, true))) {
            Replicas.initialize(whole, 7);
            Pages pages = new Pages(streamed, Replicas.floats(whole.parameters(0, (int)
                    whole.layout().size())));
            streamed.follow(pages);
            for (int lanes = 1; lanes <= 4; lanes++) {
                for (int microBatches = 1; microBatches <= 3; microBatches++) {
                    same(whole, streamed, parts(family, lanes, microBatches));
                    assertThat(pages.held).isZero();
                }
            }
            Batch batch = batch(family, 5);
            assertThat(streamed.loss(batch)).isEqualTo(whole.loss(batch));
        }
    }

    private static void same(TorchReplica whole, TorchReplica streamed, List<List<Part<Batch>>> lanes) {
        List<float[]> gradients = new ArrayList<>();
        List<Lane> told = new ArrayList<>();
        int size = (int) whole.layout().size();
        for (List<Part<Batch>> lane : lanes) {
            whole.zeroGradients();
            double loss = 0;
            for (Part<Batch> part : lane) {
                loss += whole.accumulateGradient(
                        part.batch(), NORMALIZER, part.key(), GradientListener.NONE, part.losses());
            }
            gradients.add(Replicas.gradient(whole));
            told.add(new Lane(loss, whole.figures()));
        }
        float[][] gathered = new float[lanes.size()][size];
        long[] end = new long[lanes.size()];
        Arrays.fill(end, size);
        List<Lane> result = streamed.spans().accumulate(lanes, NORMALIZER, (lane, offset, length) -> {
            assertThat(offset + length).isEqualTo(end[lane]);
            end[lane] = offset;
            streamed.gradients(offset, (int) length).asFloatBuffer().get(gathered[lane], (int) offset, (int) length);
        });
        assertThat(end).containsOnly(0);
        assertThat(result).isEqualTo(told);
        for (int lane = 0; lane < lanes.size(); lane++) {
            assertThat(gathered[lane]).isEqualTo(gradients.get(lane)).doesNotContain(Float.NaN);
        }
    }

    private static List<List<Part<Batch>>> parts(String family, int lanes, int microBatches) {
        List<List<Part<Batch>>> all = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            List<Part<Batch>> parts = new ArrayList<>();
            for (int m = 0; m < microBatches; m++) {
                parts.add(new Part<>(
                        batch(family, 10 * lane + m), new MicroBatchKey(42, 3, lane, m), SequenceLosses.NONE));
            }
            all.add(parts);
        }
        return all;
    }

    private static Batch batch(String family, int step) {
        return switch (family) {
            case "bert" -> Replicas.maskedBatch(step, 2, 6, VOCABULARY);
            case "roberta", "modernbert", "distilbert" -> Replicas.maskedTokens(step, 2, 6, VOCABULARY);
            default -> Replicas.batch(step, 2, 6, VOCABULARY);
        };
    }

    @Test
    void aPassThatFailsOnItsWayLeavesNothing() {
        ModelShape shape = Replicas.shape(3, 8, 2, 6, VOCABULARY);
        try (TorchReplica whole = Replicas.open(shape, 7);
                TorchReplica streamed =
                        TorchReplica.open(shape, new ReplicaOptions("cpu", 1, false, true, false, true))) {
            Pages pages = new Pages(streamed, Replicas.floats(whole.parameters(0, (int)
                    whole.layout().size())));
            streamed.follow(pages);
            for (int failing = 1; failing <= 8; failing++) {
                pages.failAt = failing;
                assertThatThrownBy(() -> streamed.spans().accumulate(parts("gpt2", 2, 2), 1, (lane, at, length) -> {}))
                        .hasMessageContaining("never came");
            }
            pages.failAt = 0;
            same(whole, streamed, parts("gpt2", 2, 2));
        }
    }

    /** Memory of one block, whatever their number. */
    @Test
    void aRangeLiesWithinAPiece() {
        ModelShape shape = Replicas.shape(3, 8, 2, 6, VOCABULARY);
        try (TorchReplica streamed = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, false, true, false, true))) {
            assertThatThrownBy(
                            () -> streamed.parameters(0, (int) streamed.layout().size()))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("not within [0, ");
            assertThatThrownBy(
                            () -> streamed.accumulateGradient(batch("gpt2", 0), 1, Replicas.KEY, GradientListener.NONE))
                    .hasMessageContaining("of spans alone");
        }
    }

    @Test
    void refusesByNameWhatIsNotComputedBlockByBlock() {
        ModelShape t5 = Replicas.configured(
                "{architecture: t5, layers: 1, width: 8, heads: 2, mlp_width: 12, context: 24}", VOCABULARY);
        assertThatThrownBy(() ->
                        new TorchEngineProvider().require(t5, new ReplicaOptions("cpu", 1, false, true, false, true)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("cluster.residency=streamed does not go with model.architecture=t5");
        ModelShape gpt2 = Replicas.shape(1, 8, 2, 6, VOCABULARY);
        assertThatThrownBy(() -> new TorchEngineProvider()
                        .require(gpt2, new ReplicaOptions("cuda:0", 1, false, true, false, true)))
                .hasMessageContaining("cluster.residency=streamed does not go with cluster.device=cuda");
    }

    /** Writes what is needed, and takes away what is done. */
    private static final class Pages implements ParameterPages {
        int held;
        /** The need that fails, counted from 1; 0 for none. */
        int failAt;

        private final TorchReplica replica;
        private final float[] all;
        /** Where what was sent for begins. */
        private final Set<Long> sentFor = new HashSet<>();

        Pages(TorchReplica replica, float[] all) {
            this.replica = replica;
            this.all = all;
        }

        @Override
        public void soon(long offset, long length) {
            assertThat(length).isPositive();
            sentFor.add(offset);
        }

        /** While the piece before it was computed, it was on its way; embeddings come first. */
        @Override
        public void need(long offset, long length) {
            assertThat(offset == 0 || sentFor.remove(offset))
                    .as("sent for: %d", offset)
                    .isTrue();
            if (--failAt == 0) {
                throw new UncheckedIOException(new IOException("it never came"));
            }
            held++;
            write(offset, (int) length, Arrays.copyOfRange(all, (int) offset, (int) (offset + length)));
        }

        @Override
        public void done(long offset, long length) {
            held--;
            float[] none = new float[(int) length];
            Arrays.fill(none, Float.NaN);
            write(offset, (int) length, none);
        }

        private void write(long offset, int length, float[] values) {
            replica.parameters(offset, length).asFloatBuffer().put(values);
            replica.parametersWritten(offset, length);
        }
    }
}
