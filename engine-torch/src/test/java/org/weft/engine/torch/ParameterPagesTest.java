package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.examples.Example;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.engine.ParameterPages;
import org.weft.engine.ReplicaOptions;

/** Parameters that nobody needs at the moment are no numbers here: what a piece reads beyond its range shows. */
class ParameterPagesTest {
    private static final int VOCABULARY = 31;
    private static final ReplicaOptions FLOAT32 = new ReplicaOptions("cpu", 1, false, false);

    static Stream<Arguments> models() {
        Batch text = Replicas.batch(0, 2, 6, VOCABULARY);
        Batch masked = Replicas.maskedBatch(0, 2, 6, VOCABULARY);
        List<Arguments> models = new ArrayList<>();
        for (ReplicaOptions options : List.of(
                FLOAT32,
                new ReplicaOptions("cpu", 1, false, true),
                new ReplicaOptions("cpu", 1, true, false),
                new ReplicaOptions("cpu", 1, true, true))) {
            ModelShape gpt2 = Replicas.withDropout(Replicas.shape(3, 8, 2, 6, VOCABULARY), 0.1);
            models.add(Arguments.of("gpt2", gpt2, text, options));
            models.add(Arguments.of("llama", Replicas.llama(3, 8, 2, 6, VOCABULARY), text, options));
            models.add(Arguments.of("bert", Replicas.bert(3, 8, 2, 6, 0.1, VOCABULARY), masked, options));
            for (String name : Replicas.RELATIVES.keySet()) {
                models.add(Arguments.of(name, Replicas.relative(name, 16, 6, 4, VOCABULARY), text, options));
            }
            for (String name : List.of("roberta", "modernbert", "distilbert")) {
                Batch alone = Replicas.maskedTokens(0, 2, 6, VOCABULARY);
                models.add(Arguments.of(name, Replicas.encoder(name, 16, 6, 0, VOCABULARY), alone, options));
            }
        }
        return models.stream();
    }

    @ParameterizedTest(name = "{0} {3}")
    @MethodSource("models")
    void aPassReadsOnlyWhatItNeeds(String family, ModelShape shape, Batch batch, ReplicaOptions options) {
        try (TorchReplica whole = TorchReplica.open(shape, options);
                TorchReplica paged = TorchReplica.open(shape, options)) {
            Pages pages = pagesOf(whole, paged);
            sameGradientAndLoss(shape, whole, paged, pages, batch);
            int[] text = {1, 2, 3};
            assertThat(paged.logits(text, 1, 2)).isDeepEqualTo(whole.logits(text, 1, 2));
            assertThat(paged.hiddenStates(text)).isDeepEqualTo(whole.hiddenStates(text));
            assertThat(pages.held).isZero();
        }
    }

    @Test
    void soDoesAPassOfAnEncoderWithADecoder() {
        ModelShape shape = Replicas.configured(
                "{architecture: t5, layers: 2, width: 8, heads: 2, mlp_width: 12, context: 24, relative_buckets: 8,"
                        + " relative_distance: 6, gated_perceptron: true, dropout: 0.1}",
                VOCABULARY);
        Batch batch = PaddedBatch.of(
                List.of(
                        Example.answered(new int[] {1, 2, 3, 4}, 0, new int[] {5, 6}),
                        Example.answered(new int[] {7, 8}, 0, new int[] {9, 10, 11})),
                true);
        try (TorchReplica whole = TorchReplica.open(shape, FLOAT32);
                TorchReplica paged = TorchReplica.open(shape, FLOAT32)) {
            sameGradientAndLoss(shape, whole, paged, pagesOf(whole, paged), batch);
        }
    }

    private static Pages pagesOf(TorchReplica whole, TorchReplica paged) {
        Replicas.initialize(whole, 7);
        Replicas.initialize(paged, 7);
        Pages pages = new Pages(paged);
        assertThat(paged.follow(pages)).isTrue();
        return pages;
    }

    private static void sameGradientAndLoss(
            ModelShape shape, TorchReplica whole, TorchReplica paged, Pages pages, Batch batch) {
        assertThat(Replicas.gradientOf(paged, batch, Replicas.KEY))
                .isEqualTo(Replicas.gradientOf(whole, batch, Replicas.KEY))
                .doesNotContain(Float.NaN);
        assertThat(pages.events).containsExactlyElementsOf(expected(shape, true));
        pages.events.clear();
        assertThat(paged.loss(batch)).isEqualTo(whole.loss(batch));
        assertThat(pages.events).containsExactlyElementsOf(expected(shape, false));
    }

    /** Of blocks and what comes before and after them. */
    private static List<String> expected(ModelShape shape, boolean backward) {
        List<Long> blocks = new ArrayList<>();
        long tail = 0;
        for (int i = 0; i < shape.family().blocks(shape.config()); i++) {
            String prefix = shape.family().blockPrefix(shape.config(), i);
            List<Parameter> own = shape.layout().parameters().stream()
                    .filter(parameter -> parameter.name().startsWith(prefix))
                    .toList();
            blocks.add(own.get(0).offset());
            tail = own.get(own.size() - 1).end();
        }
        List<String> all = new ArrayList<>(List.of("need 0"));
        for (long block : blocks) {
            all.addAll(List.of("need " + block, "done " + block));
        }
        all.addAll(List.of("need " + tail, "done " + tail));
        for (int i = blocks.size() - 1; backward && i >= 0; i--) {
            all.addAll(List.of("need " + blocks.get(i), "done " + blocks.get(i)));
        }
        all.add("done 0");
        return all;
    }

    /** What a pass that failed has left changes nothing of the next. */
    @ParameterizedTest(name = "{0} {3}")
    @MethodSource("models")
    void aPassThatFailsOnItsWayLeavesNothing(String family, ModelShape shape, Batch batch, ReplicaOptions options) {
        try (TorchReplica whole = TorchReplica.open(shape, options);
                TorchReplica paged = TorchReplica.open(shape, options)) {
            Pages pages = pagesOf(whole, paged);
            int needs = (int) expected(shape, true).stream()
                    .filter(event -> event.startsWith("need"))
                    .count();
            for (int failing = 1; failing <= needs; failing++) {
                pages.failAt = failing;
                assertThatThrownBy(() -> Replicas.gradientOf(paged, batch, Replicas.KEY))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("never came");
                pages.hide();
            }
            pages.failAt = 0;
            assertThat(Replicas.gradientOf(paged, batch, Replicas.KEY))
                    .isEqualTo(Replicas.gradientOf(whole, batch, Replicas.KEY));
        }
    }

    /** Gives back what is needed, and takes away what is done. */
    private static final class Pages implements ParameterPages {
        final List<String> events = new ArrayList<>();
        int held;
        /** The need that fails, counted from 1; 0 for none. */
        int failAt;

        private final TorchReplica replica;
        private final float[] all;

        Pages(TorchReplica replica) {
            this.replica = replica;
            all = Replicas.floats(replica.parameters(0, (int) replica.layout().size()));
            hide();
        }

        void hide() {
            write(0, all.length, filled(all.length));
        }

        @Override
        public void need(long offset, long length) {
            if (--failAt == 0) {
                throw new UncheckedIOException(new IOException("it never came"));
            }
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
            replica.parametersWritten(offset, length);
        }
    }
}
