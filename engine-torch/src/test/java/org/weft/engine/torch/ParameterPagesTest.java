package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.engine.ParameterPages;
import org.weft.engine.ReplicaOptions;

/** Parameters that nobody needs at the moment are no numbers here: what a piece reads beyond its range shows. */
class ParameterPagesTest {
    private static final int VOCABULARY = 31;

    static Stream<Arguments> models() {
        List<Arguments> models = new ArrayList<>();
        for (boolean recompute : new boolean[] {false, true}) {
            ModelShape gpt2 = Replicas.withDropout(Replicas.shape(3, 8, 2, 6, VOCABULARY), 0.1);
            models.add(Arguments.of("gpt2", gpt2, recompute));
            models.add(Arguments.of("llama", Replicas.llama(3, 8, 2, 6, VOCABULARY), recompute));
            models.add(Arguments.of("bert", Replicas.bert(3, 8, 2, 6, 0.1, VOCABULARY), recompute));
        }
        return models.stream();
    }

    @ParameterizedTest(name = "{0} recompute={2}")
    @MethodSource("models")
    void aPassReadsOnlyWhatItNeeds(String family, ModelShape shape, boolean recompute) {
        ReplicaOptions options = new ReplicaOptions("cpu", 1, false, recompute);
        Batch batch =
                family.equals("bert") ? Replicas.maskedBatch(0, 2, 6, VOCABULARY) : Replicas.batch(0, 2, 6, VOCABULARY);
        try (TorchReplica whole = TorchReplica.open(shape, options)) {
            Replicas.initialize(whole, 7);
            Pages pages = new Pages();
            try (TorchReplica paged = TorchReplica.open(shape, options, ScalarType.Float, pages)) {
                Replicas.initialize(paged, 7);
                pages.take(paged);
                assertThat(Replicas.gradientOf(paged, batch, Replicas.KEY))
                        .isEqualTo(Replicas.gradientOf(whole, batch, Replicas.KEY))
                        .doesNotContain(Float.NaN);
                assertThat(pages.events).containsExactlyElementsOf(pages.expected(paged, true));
                pages.events.clear();
                assertThat(paged.loss(batch)).isEqualTo(whole.loss(batch));
                assertThat(pages.events).containsExactlyElementsOf(pages.expected(paged, false));
                int[] text = {1, 2, 3};
                assertThat(paged.logits(text, 1, 2)).isDeepEqualTo(whole.logits(text, 1, 2));
                assertThat(paged.hiddenStates(text)).isDeepEqualTo(whole.hiddenStates(text));
                assertThat(pages.held).isZero();
            }
        }
    }

    /** Gives back what is needed, and takes away what is done. */
    private static final class Pages implements ParameterPages {
        final List<String> events = new ArrayList<>();
        int held;
        private TorchReplica replica;
        private float[] all;

        void take(TorchReplica from) {
            replica = from;
            all = Replicas.floats(from.parameters(0, (int) from.layout().size()));
            write(0, all.length, filled(all.length));
        }

        @Override
        public void need(long offset, long length) {
            held++;
            events.add("need " + offset);
            write(offset, (int) length, Arrays.copyOfRange(all, (int) offset, (int) (offset + length)));
        }

        @Override
        public void done(long offset, long length) {
            held--;
            events.add("done " + offset);
            write(offset, (int) length, filled((int) length));
        }

        private static float[] filled(int length) {
            float[] none = new float[length];
            Arrays.fill(none, Float.NaN);
            return none;
        }

        private void write(long offset, int length, float[] values) {
            replica.parameters(offset, length).asFloatBuffer().put(values);
        }

        /** Of three blocks and what comes before and after them. */
        List<String> expected(TorchReplica of, boolean backward) {
            long[] blocks = new long[3];
            for (int block = 0; block < blocks.length; block++) {
                blocks[block] = start(of, block);
            }
            long tail = 2 * blocks[2] - blocks[1];
            List<String> all = new ArrayList<>(List.of("need 0"));
            for (long block : blocks) {
                all.addAll(List.of("need " + block, "done " + block));
            }
            all.addAll(List.of("need " + tail, "done " + tail));
            for (int block = blocks.length - 1; backward && block >= 0; block--) {
                all.addAll(List.of("need " + blocks[block], "done " + blocks[block]));
            }
            all.add("done 0");
            return all;
        }

        private static long start(TorchReplica of, int block) {
            return of.layout().parameters().stream()
                    .filter(parameter -> parameter.name().matches(".*(h|layers?)\\." + block + "\\..*"))
                    .findFirst()
                    .orElseThrow()
                    .offset();
        }
    }
}
