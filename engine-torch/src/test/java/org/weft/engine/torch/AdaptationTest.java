package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.HeadKind;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.model.TaskHead.Pooling;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/** Heads of tasks, adapters and frozen parameters: gradients, padding, and who learns. */
class AdaptationTest {
    private static final int VOCABULARY = 11;
    private static final int CONTEXT = 6;
    private static final Adaptation.Lora LORA = new Adaptation.Lora(2, 3, List.of());

    private static ModelShape gpt2() {
        return Replicas.shape(2, 8, 2, CONTEXT, VOCABULARY);
    }

    private static ModelShape llama() {
        return Replicas.llama(2, 16, 4, CONTEXT, VOCABULARY);
    }

    private static ModelShape bert() {
        return Replicas.bert(2, 8, 2, CONTEXT, 0, VOCABULARY);
    }

    private static ModelShape encoder(String family) {
        return Replicas.encoder(family, 8, CONTEXT, 0, VOCABULARY);
    }

    private static ModelShape adapted(ModelShape shape, TaskHead head, Adaptation.Lora lora, int frozen) {
        return new ModelShape(shape.config(), shape.vocabSize(), new Adaptation(head, lora, frozen, 0.9));
    }

    private static TaskHead head(HeadKind kind, int outputs, Pooling pooling) {
        return new TaskHead(kind, outputs, pooling, 0.2, 0, List.of());
    }

    static Stream<ModelShape> everyKindOfHeadAndWayToLearn() {
        TaskHead weighted = new TaskHead(HeadKind.CLASSES, 3, Pooling.LAST, 0, 0.1, List.of(0.5, 2.0, 1.0));
        return Stream.of(
                adapted(gpt2(), weighted, null, 0),
                adapted(gpt2(), head(HeadKind.CLASSES, 3, Pooling.MEAN), null, 1),
                adapted(gpt2(), head(HeadKind.BITS, 3, Pooling.LAST), LORA, 0),
                adapted(gpt2(), TaskHead.LANGUAGE, LORA, 0),
                adapted(gpt2(), TaskHead.LANGUAGE, null, 1),
                adapted(llama(), head(HeadKind.VALUES, 2, Pooling.LAST), null, 0),
                adapted(llama(), head(HeadKind.CLASSES, 3, Pooling.LAST), LORA, 0),
                adapted(llama(), TaskHead.LANGUAGE, null, 2),
                adapted(bert(), head(HeadKind.CLASSES, 3, Pooling.FIRST), null, 0),
                adapted(bert(), head(HeadKind.TOKEN_CLASSES, 3, Pooling.FIRST), LORA, 0),
                adapted(bert(), head(HeadKind.SPAN, 2, Pooling.FIRST), null, 0),
                adapted(bert(), head(HeadKind.CLASSES, 3, Pooling.MEAN), null, 2),
                adapted(encoder("roberta"), head(HeadKind.CLASSES, 3, Pooling.FIRST), LORA, 0),
                adapted(encoder("roberta"), head(HeadKind.SPAN, 2, Pooling.FIRST), null, 1),
                adapted(encoder("modernbert"), head(HeadKind.CLASSES, 3, Pooling.FIRST), LORA, 0),
                adapted(encoder("modernbert"), head(HeadKind.CLASSES, 3, Pooling.MEAN), null, 0),
                adapted(encoder("modernbert"), head(HeadKind.SPAN, 2, Pooling.FIRST), null, 1),
                adapted(encoder("distilbert"), head(HeadKind.VALUES, 1, Pooling.FIRST), null, 0),
                adapted(encoder("distilbert"), head(HeadKind.TOKEN_CLASSES, 3, Pooling.FIRST), LORA, 0));
    }

    @ParameterizedTest
    @MethodSource("everyKindOfHeadAndWayToLearn")
    void gradientsAgreeWithFiniteDifferences(ModelShape shape) {
        FiniteDifferencesTest.compare(shape, batch(shape.adaptation().head(), 3));
    }

    /** What a sequence is filled up with changes nothing of it. */
    @ParameterizedTest
    @MethodSource("everyKindOfHeadAndWayToLearn")
    void paddingChangesNothing(ModelShape shape) {
        TaskHead head = shape.adaptation().head();
        Batch padded = batch(head, 3);
        try (TorchReplica replica = open(shape)) {
            double together = replica.loss(padded);
            double alone = 0;
            for (int row = 0; row < padded.sequences(); row++) {
                alone += replica.loss(alone(padded, row));
            }
            assertThat(together).isCloseTo(alone, within(1e-5));
        }
    }

    @Test
    void adaptersThatStartAtZeroChangeNothing() {
        Batch batch = Replicas.batch(0, 2, CONTEXT, VOCABULARY);
        ModelShape shape = adapted(llama(), TaskHead.LANGUAGE, LORA, 0);
        try (TorchReplica plain = Replicas.open(llama(), 5);
                TorchReplica adapted = open(shape)) {
            copyFrozen(plain, adapted);
            Replicas.initialize(adapted, 5);
            assertThat(adapted.loss(batch)).isEqualTo(plain.loss(batch));
        }
    }

    @Test
    void learningParametersAndFrozenOnesAreAllOfTheModel() {
        ModelShape shape = adapted(gpt2(), head(HeadKind.CLASSES, 3, Pooling.LAST), null, 1);
        List<String> learned = names(shape.layout());
        List<String> frozen = names(shape.adapted().frozen());
        assertThat(frozen)
                .contains("wte.weight", "wpe.weight", "h.0.ln_1.weight")
                .doesNotContain("h.1.ln_1.weight");
        assertThat(learned).contains("h.1.ln_1.weight", "ln_f.weight").endsWith("score.weight");
        List<String> all = new ArrayList<>(frozen);
        all.addAll(learned);
        all.remove("score.weight");
        assertThat(all).containsExactlyInAnyOrderElementsOf(names(gpt2().layout()));
        assertThat(rate(shape, "h.1.ln_1.weight")).isEqualTo(0.9);
        assertThat(rate(shape, "score.weight")).isEqualTo(1);
    }

    @Test
    void onlyAdaptersAndHeadTravel() {
        ModelShape shape = adapted(bert(), head(HeadKind.CLASSES, 3, Pooling.FIRST), LORA, 0);
        assertThat(names(shape.layout()))
                .allMatch(name -> name.contains(".lora_") || name.startsWith("classifier") || name.contains("pooler"));
        assertThat(names(shape.adapted().frozen())).noneMatch(name -> name.startsWith("cls."));
    }

    /** Class-weighted, smoothed cross-entropy as PyTorch defines it, computed by hand from the outputs. */
    @Test
    void weightsAndSmoothingCountAsInPyTorch() {
        TaskHead head = new TaskHead(HeadKind.CLASSES, 3, Pooling.LAST, 0, 0.1, List.of(0.5, 2.0, 1.0));
        ModelShape shape = adapted(gpt2(), head, null, 0);
        Batch batch = batch(head, 3);
        try (TorchReplica replica = open(shape)) {
            float[][] outputs = replica.outputs(batch);
            double expected = 0;
            for (int row = 0; row < 3; row++) {
                double[] cost = new double[3];
                double total = 0;
                for (float output : outputs[row]) {
                    total += Math.exp(output);
                }
                double[] weights = {0.5, 2.0, 1.0};
                double spread = 0;
                for (int k = 0; k < 3; k++) {
                    cost[k] = weights[k] * (Math.log(total) - outputs[row][k]);
                    spread += cost[k] / 3;
                }
                expected += 0.9 * cost[(int) batch.labels()[row]] + 0.1 * spread;
            }
            assertThat(replica.loss(batch)).isCloseTo(expected, within(1e-5));
        }
    }

    private static TorchReplica open(ModelShape shape) {
        TorchReplica replica = Replicas.open(shape, 7);
        ParameterLayout frozen = replica.frozenLayout();
        if (frozen.size() > 0) {
            FloatBuffer window = replica.frozen(0, (int) frozen.size()).asFloatBuffer();
            Initialization.fill(frozen, 9, 0, window);
            replica.frozenWritten(0, frozen.size());
        }
        return replica;
    }

    /** What stands beside a class multiplies the loss of its sequence, smoothing and class's weight included, and its gradient. */
    @Test
    void aSequenceCountsWhatStandsBesideItsClass() {
        TaskHead weighted = new TaskHead(HeadKind.CLASSES, 3, Pooling.LAST, 0, 0.1, List.of(0.5, 2.0, 1.0));
        ModelShape shape = adapted(gpt2(), weighted, null, 0);
        Batch plain = batch(weighted, 3);
        float[] counts = {0.5f, 3, 0};
        float[] labels = new float[6];
        for (int row = 0; row < 3; row++) {
            labels[2 * row] = plain.labels()[row];
            labels[2 * row + 1] = counts[row];
        }
        Batch counted =
                new Batch(3, CONTEXT, plain.inputs(), plain.lengths(), plain.lengths(), new Targets.Labels(labels));
        try (TorchReplica replica = open(shape)) {
            double expected = 0;
            for (int row = 0; row < 3; row++) {
                expected += counts[row] * replica.loss(alone(plain, row));
            }
            assertThat(replica.loss(counted)).isCloseTo(expected, within(1e-5));
        }
        FiniteDifferencesTest.compare(shape, counted);
    }

    private static void copyFrozen(TorchReplica from, TorchReplica to) {
        for (Parameter parameter : to.frozenLayout().parameters()) {
            Parameter source = from.layout().parameters().stream()
                    .filter(other -> other.name().equals(parameter.name()))
                    .findFirst()
                    .orElseThrow();
            int size = (int) parameter.size();
            to.frozen(parameter.offset(), size).put(from.parameters(source.offset(), size));
        }
        to.frozenWritten(0, to.frozenLayout().size());
    }

    private static List<String> names(ParameterLayout layout) {
        return layout.parameters().stream().map(Parameter::name).toList();
    }

    private static double rate(ModelShape shape, String name) {
        return shape.layout().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow()
                .rule()
                .rate();
    }

    /** Sequences of 6, 5 and 4 tokens. */
    static Batch batch(TaskHead head, int sequences) {
        int[] inputs = Replicas.batch(1, sequences, CONTEXT, VOCABULARY).inputs();
        int[] lengths = new int[sequences];
        Arrays.setAll(lengths, row -> CONTEXT - row);
        return new Batch(sequences, CONTEXT, inputs, lengths, lengths, asked(head, lengths));
    }

    private static Targets asked(TaskHead head, int[] lengths) {
        return switch (head.kind()) {
            case CLASSES -> new Targets.Labels(new float[] {2, 0, 1});
            case BITS -> new Targets.Labels(new float[] {1, 0, 1, 0, 0, 1, 1, 1, 0});
            case VALUES -> new Targets.Labels(new float[] {0.5f, -1, 2, 0, -0.25f, 1});
            case SPAN -> new Targets.Labels(new float[] {1, 4, 0, 2, 3, 3});
            case TOKEN_CLASSES -> ofTokens(head.outputs(), lengths);
            case LANGUAGE, EMBEDDING -> ofTokens(VOCABULARY, lengths);
        };
    }

    private static Targets ofTokens(int classes, int[] lengths) {
        int[] targets = new int[lengths.length * CONTEXT];
        Arrays.setAll(targets, i -> i % CONTEXT < lengths[i / CONTEXT] ? (3 * i + 1) % classes : Batch.IGNORED);
        return new Targets.Tokens(targets);
    }

    private static Batch alone(Batch batch, int row) {
        int length = batch.lengths()[row];
        int from = row * batch.context();
        int[] whole = {length};
        return new Batch(
                1,
                length,
                Arrays.copyOfRange(batch.inputs(), from, from + length),
                whole,
                whole,
                alone(batch, row, length));
    }

    private static Targets alone(Batch batch, int row, int length) {
        if (batch.asked() instanceof Targets.Labels labels) {
            int columns = labels.values().length / batch.sequences();
            return new Targets.Labels(Arrays.copyOfRange(labels.values(), row * columns, (row + 1) * columns));
        }
        int from = row * batch.context();
        return new Targets.Tokens(Arrays.copyOfRange(batch.targets(), from, from + length));
    }
}
