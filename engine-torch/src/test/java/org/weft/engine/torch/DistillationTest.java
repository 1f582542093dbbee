package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.DistillationConfig;
import org.weft.core.config.DistillationConfig.Hidden;
import org.weft.core.config.HeadKind;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.model.TaskHead.Pooling;
import org.weft.core.taught.TeacherLogits;
import org.weft.engine.Figure;
import org.weft.engine.GradientListener;
import org.weft.engine.ReplicaOptions;

/** What a teacher makes of the loss: the formula, its gradient, and what stays as it was. */
class DistillationTest {
    private static final int VOCABULARY = 11;
    private static final int CONTEXT = 6;
    private static final double T = 3;
    private static final double WEIGHT = 0.7;
    private static final ReplicaOptions FIXED = ReplicaOptions.cpu(1).frozen();

    private static DistillationConfig how(String... more) {
        List<String> settings = Stream.concat(
                        Stream.of("distillation.temperature=" + T, "distillation.weight=" + WEIGHT),
                        Arrays.stream(more))
                .map(setting -> setting.startsWith("distillation.") ? setting : "distillation." + setting)
                .toList();
        return ConfigLoader.load("test", "run: {dir: unused}\ndistillation: {teacher: other}\n", settings)
                .distillation();
    }

    /** In float64, with parameters that are large enough to have an opinion. */
    private static TorchReplica teacher(ModelShape shape) {
        TorchReplica replica = TorchReplica.open(shape, FIXED, ScalarType.Double);
        Random random = new Random(77);
        DoubleBuffer learned =
                replica.parameters(0, (int) shape.layout().size()).asDoubleBuffer();
        while (learned.hasRemaining()) {
            learned.put(0.4 * random.nextGaussian());
        }
        int frozen = (int) replica.frozenLayout().size();
        for (int i = 0; i < frozen; i++) {
            replica.frozen(i, 1).putDouble(0, 0.4 * random.nextGaussian());
        }
        return replica;
    }

    private static Consumer<TorchReplica> taughtBy(ModelShape teacher, DistillationConfig how) {
        return student -> student.learnFrom(teacher(teacher), how);
    }

    private static ModelShape headed(ModelShape shape, HeadKind kind, int outputs, Pooling pooling) {
        TaskHead head = new TaskHead(kind, outputs, pooling, 0, 0, List.of());
        return new ModelShape(shape.config(), shape.vocabSize(), Adaptation.whole(head));
    }

    private static ModelShape gpt2(int layers, int width) {
        return Replicas.shape(layers, width, 2, CONTEXT, VOCABULARY);
    }

    private static ModelShape bert(int layers, int width) {
        return Replicas.bert(layers, width, 2, CONTEXT, 0, VOCABULARY);
    }

    /** Another family, or other blocks and another width, predicts the same tokens. */
    @Test
    void gradientsOfTokensAgreeWithFiniteDifferences() {
        Batch causal = Replicas.batch(1, 3, CONTEXT, VOCABULARY);
        FiniteDifferencesTest.compare(
                gpt2(1, 8), causal, taughtBy(Replicas.llama(2, 16, 4, CONTEXT, VOCABULARY), how()));
        FiniteDifferencesTest.compare(
                Replicas.relative("gemma2", 16, CONTEXT, 3, VOCABULARY), causal, taughtBy(gpt2(2, 8), how("weight=1")));
        FiniteDifferencesTest.compare(
                Replicas.encoder("distilbert", 8, CONTEXT, 0, VOCABULARY),
                Replicas.maskedTokens(1, 2, CONTEXT, VOCABULARY),
                taughtBy(Replicas.encoder("roberta", 8, CONTEXT, 0, VOCABULARY), how()));
    }

    /** With sequences of several lengths. */
    @ParameterizedTest
    @CsvSource({"CLASSES, 3, FIRST", "BITS, 3, MEAN", "VALUES, 2, FIRST", "TOKEN_CLASSES, 3, FIRST", "SPAN, 2, FIRST"})
    void gradientsOfTasksAgreeWithFiniteDifferences(HeadKind kind, int outputs, Pooling pooling) {
        ModelShape student = headed(bert(1, 8), kind, outputs, pooling);
        Batch batch = AdaptationTest.batch(student.adaptation().head(), 3);
        FiniteDifferencesTest.compare(student, batch, taughtBy(headed(bert(2, 12), kind, outputs, pooling), how()));
    }

    @ParameterizedTest
    @CsvSource({"2, false", "3, true"})
    void gradientsOfVectorsAgreeWithFiniteDifferences(int parts, boolean symmetric) {
        ModelShape student = headed(bert(1, 8), HeadKind.EMBEDDING, 0, Pooling.MEAN);
        int[] row = {1, 2, 3, 0, 4, 5};
        int[] other = {9, 8, 4, 3, 7, 1};
        int[] inputs = IntStream.range(0, 3 * parts)
                .flatMap(i -> Arrays.stream(i % 2 == 0 ? row : other).map(id -> (id + i / parts) % VOCABULARY))
                .toArray();
        int[] lengths = IntStream.range(0, 3 * parts).map(i -> 3 + i % 4).toArray();
        Batch batch =
                new Batch(3 * parts, CONTEXT, inputs, lengths, lengths, new Targets.Contrast(parts, 4, symmetric));
        ModelShape teacher = headed(bert(2, 12), HeadKind.EMBEDDING, 0, Pooling.FIRST);
        FiniteDifferencesTest.compare(student, batch, taughtBy(teacher, how()));
        FiniteDifferencesTest.compare(
                student, batch, taughtBy(headed(bert(2, 8), HeadKind.EMBEDDING, 0, Pooling.FIRST), how("hidden=last")));
    }

    @ParameterizedTest
    @CsvSource({"LAST, mse", "LAST, cosine", "BLOCKS, mse", "BLOCKS, cosine"})
    void gradientsOfHiddenStatesAgreeWithFiniteDifferences(Hidden hidden, String loss) {
        DistillationConfig how = how("hidden=" + hidden.word(), "hidden_loss=" + loss, "hidden_weight=1.5");
        FiniteDifferencesTest.compare(gpt2(2, 8), Replicas.batch(1, 3, CONTEXT, VOCABULARY), taughtBy(gpt2(3, 8), how));
        ModelShape student = headed(bert(2, 8), HeadKind.CLASSES, 3, Pooling.FIRST);
        Batch padded = AdaptationTest.batch(student.adaptation().head(), 3);
        FiniteDifferencesTest.compare(
                student, padded, taughtBy(headed(bert(3, 8), HeadKind.CLASSES, 3, Pooling.FIRST), how));
    }

    /** Blocks that do not learn are not compared, and what is below them is not asked for a gradient. */
    @Test
    void gradientsAboveFrozenBlocksAgreeWithFiniteDifferences() {
        ModelShape all = headed(bert(2, 8), HeadKind.CLASSES, 3, Pooling.FIRST);
        TaskHead head = all.adaptation().head();
        ModelShape some = new ModelShape(all.config(), VOCABULARY, new Adaptation(head, null, 1, 1));
        FiniteDifferencesTest.compare(
                some, AdaptationTest.batch(head, 3), taughtBy(all, how("hidden=blocks", "hidden_loss=cosine")));
    }

    @Test
    void tokensCostWhatTheFormulaSays() {
        ModelShape shape = gpt2(1, 8);
        Batch batch = Replicas.batch(2, 2, CONTEXT, VOCABULARY);
        try (TorchReplica student = Replicas.openDouble(shape);
                TorchReplica asked = teacher(gpt2(2, 12))) {
            fill(student);
            student.learnFrom(teacher(gpt2(2, 12)), how());
            student.zeroGradients();
            double loss = student.accumulateGradient(batch, 12, Replicas.KEY, GradientListener.NONE);
            double task = 0;
            double taught = 0;
            for (int row = 0; row < 2; row++) {
                int[] tokens = Arrays.copyOfRange(batch.inputs(), row * CONTEXT, (row + 1) * CONTEXT);
                int[] all = IntStream.range(0, CONTEXT).toArray();
                float[][] own = student.logits(tokens, all);
                float[][] theirs = asked.logits(tokens, all);
                for (int t = 0; t < CONTEXT; t++) {
                    task -= softmax(own[t], 1)[batch.targets()[row * CONTEXT + t]];
                    taught += T * T * divergence(softmax(theirs[t], T), softmax(own[t], T));
                }
            }
            assertThat(12 * loss).isCloseTo((1 - WEIGHT) * task + WEIGHT * taught, within(1e-4));
            Map<String, Figure> figures = figures(student);
            assertThat(figures.keySet()).containsExactlyInAnyOrder("task_loss", "teacher_loss");
            assertThat(figures.get("task_loss").sum()).isCloseTo(task, within(1e-4));
            assertThat(figures.get("teacher_loss").sum()).isCloseTo(taught, within(1e-4));
            assertThat(figures.get("teacher_loss").count()).isEqualTo(12);
            assertThat(student.loss(batch)).as("of the data alone").isCloseTo(task, within(1e-4));
            student.zeroGradients();
            assertThat(student.figures()).isEmpty();
        }
    }

    /** As logarithms. */
    private static double[] softmax(float[] logits, double temperature) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit / temperature);
        }
        double log = Math.log(sum);
        return IntStream.range(0, logits.length)
                .mapToDouble(i -> logits[i] / temperature - log)
                .toArray();
    }

    private static double divergence(double[] p, double[] q) {
        return IntStream.range(0, p.length)
                .mapToDouble(i -> Math.exp(p[i]) * (p[i] - q[i]))
                .sum();
    }

    private static Map<String, Figure> figures(TorchReplica replica) {
        return replica.figures().stream().collect(Collectors.toMap(Figure::name, figure -> figure));
    }

    private static void fill(TorchReplica replica) {
        Random random = new Random(5);
        DoubleBuffer parameters =
                replica.parameters(0, (int) replica.layout().size()).asDoubleBuffer();
        while (parameters.hasRemaining()) {
            parameters.put(0.3 * random.nextGaussian());
        }
    }

    /** A model that is its own teacher learns from the data alone, at the rest of the weight. */
    @Test
    void whoAgreesAlreadyLearnsNothingFromIt() {
        ModelShape shape = gpt2(2, 8);
        Batch batch = Replicas.batch(0, 2, CONTEXT, VOCABULARY);
        try (TorchReplica alone = Replicas.open(shape, 3);
                TorchReplica taught = Replicas.open(shape, 3)) {
            TorchReplica teacher = TorchReplica.open(shape, FIXED);
            Replicas.initialize(teacher, 3);
            taught.learnFrom(teacher, how("hidden=blocks"));
            float[] whole = Replicas.gradientOf(alone, batch, Replicas.KEY);
            float[] part = Replicas.gradientOf(taught, batch, Replicas.KEY);
            for (int i = 0; i < whole.length; i++) {
                assertThat(part[i]).isCloseTo((float) (1 - WEIGHT) * whole[i], within(1e-6f));
            }
            assertThat(figures(taught).get("teacher_loss").sum()).isCloseTo(0, within(1e-6));
            assertThat(figures(taught).get("hidden_loss").sum()).isZero();
            assertThat(taught.loss(batch)).isEqualTo(alone.loss(batch));
        }
    }

    /** Rounded products and blocks that are computed again are as without a teacher: the same bits each time. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false"})
    void theSameBatchGivesTheSameBits(boolean bfloat16, boolean recompute) {
        ModelShape shape = Replicas.llama(2, 16, 4, CONTEXT, VOCABULARY);
        Batch batch = Replicas.batch(0, 2, CONTEXT, VOCABULARY);
        ReplicaOptions options = new ReplicaOptions("cpu", 1, bfloat16, recompute);
        ReplicaOptions fixed = new ReplicaOptions("cpu", 1, bfloat16, false).frozen();
        try (TorchReplica student = TorchReplica.open(shape, options)) {
            Replicas.initialize(student, 3);
            TorchReplica teacher = TorchReplica.open(shape, fixed);
            Replicas.initialize(teacher, 4);
            student.learnFrom(teacher, how("hidden=last"));
            float[] once = Replicas.gradientOf(student, batch, Replicas.KEY);
            assertThat(Replicas.gradientOf(student, batch, Replicas.KEY)).containsExactly(once);
            assertThat(once).doesNotContain(Float.NaN);
            assertThat(IntStream.range(0, once.length)
                            .mapToDouble(i -> Math.abs(once[i]))
                            .sum())
                    .isPositive();
        }
    }

    @Test
    void whatNeverLearnsPredictsTheSameAndHasNoGradients() {
        ModelShape shape = gpt2(2, 8);
        Batch batch = Replicas.batch(0, 2, CONTEXT, VOCABULARY);
        for (boolean bfloat16 : new boolean[] {false, true}) {
            try (TorchReplica learns = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, false));
                    TorchReplica fixed =
                            TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, false).frozen())) {
                Replicas.initialize(learns, 3);
                Replicas.initialize(fixed, 3);
                assertThat(fixed.loss(batch)).isEqualTo(learns.loss(batch));
                assertThatThrownBy(() -> fixed.accumulateGradient(batch, 1, Replicas.KEY, GradientListener.NONE))
                        .hasMessage("nothing of this replica learns");
                assertThatThrownBy(fixed::zeroGradients).hasMessage("nothing of this replica learns");
                assertThatThrownBy(() -> fixed.gradients(0, 1)).hasMessage("nothing of this replica learns");
            }
        }
    }

    @Test
    void refusesATeacherOfSomethingElse() {
        try (TorchReplica student = Replicas.open(gpt2(1, 8), 3)) {
            refuses(student, Replicas.shape(1, 8, 2, CONTEXT, 12), how(), "vocabulary: teacher=12 student=11");
            refuses(student, gpt2(1, 12), how("hidden=last"), "width: teacher=12 student=8");
            refuses(
                    student,
                    headed(gpt2(1, 8), HeadKind.CLASSES, 3, Pooling.LAST),
                    how(),
                    "head: teacher=CLASSES student=LANGUAGE");
        }
    }

    @Test
    void anotherTeacherTakesThePlaceOfTheFirst() {
        Batch batch = Replicas.batch(0, 1, CONTEXT, VOCABULARY);
        TorchReplica first = teacher(gpt2(1, 8));
        TorchReplica second = teacher(gpt2(1, 8));
        TorchReplica wrong = teacher(gpt2(1, 12));
        try (TorchReplica student = Replicas.open(gpt2(1, 8), 3)) {
            student.learnFrom(first, how());
            assertThatThrownBy(() -> student.learnFrom(wrong, how("hidden=last")))
                    .hasMessageContaining("width");
            assertThat(first.loss(batch)).as("still there").isPositive();
            student.learnFrom(second, how());
            assertThatThrownBy(() -> first.loss(batch)).hasMessageContaining("is closed");
            assertThat(second.loss(batch)).isPositive();
        }
        assertThatThrownBy(() -> second.loss(batch)).hasMessageContaining("is closed");
    }

    private static void refuses(TorchReplica student, ModelShape teacher, DistillationConfig how, String message) {
        TorchReplica other = TorchReplica.open(teacher, FIXED);
        assertThatThrownBy(() -> student.learnFrom(other, how)).hasMessage(message);
        assertThatThrownBy(() -> other.loss(Replicas.batch(0, 1, CONTEXT, VOCABULARY)))
                .as("closed")
                .hasMessageContaining("is closed");
    }

    @Test
    void blocksStandBesideThoseAtTheSameShareOfTheDepth() {
        assertThat(Teaching.blocks(Hidden.BLOCKS, 2, 12)).containsExactly(5, 11);
        assertThat(Teaching.blocks(Hidden.BLOCKS, 3, 4)).containsExactly(0, 2, 3);
        assertThat(Teaching.blocks(Hidden.BLOCKS, 4, 2)).containsExactly(0, 0, 1, 1);
        assertThat(Teaching.blocks(Hidden.LAST, 3, 4)).containsExactly(-1, -1, 3);
        assertThat(Teaching.blocks(Hidden.NONE, 2, 4)).containsExactly(-1, -1);
    }

    private static Batch beside(Batch batch, TeacherLogits.Rows said) {
        return new Batch(
                batch.sequences(),
                batch.context(),
                batch.inputs(),
                batch.lengths(),
                batch.seconds(),
                new Targets.Taught(new Targets.Tokens(batch.targets()), said));
    }

    /** Where nothing is asked for nothing is kept. */
    @Test
    void theLikeliestTokensAreThoseOfTheLogits() {
        Batch all = Replicas.batch(2, 2, CONTEXT, VOCABULARY);
        int[] targets = all.targets().clone();
        targets[1] = Batch.IGNORED;
        Batch batch = Batch.ofTokens(2, CONTEXT, all.inputs(), targets);
        try (TorchReplica asked = teacher(gpt2(2, 12))) {
            TeacherLogits.Rows top = asked.topLogits(batch, 3);
            for (int row : new int[] {0, 2, 7}) {
                int sequence = row / CONTEXT;
                int[] tokens = Arrays.copyOfRange(all.inputs(), sequence * CONTEXT, (sequence + 1) * CONTEXT);
                float[] logits = asked.logits(tokens, row % CONTEXT)[0];
                int[] ranked = IntStream.range(0, VOCABULARY)
                        .boxed()
                        .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                        .limit(3)
                        .mapToInt(Integer::intValue)
                        .toArray();
                for (int i = 0; i < 3; i++) {
                    assertThat(top.ids()[3 * row + i]).isEqualTo(ranked[i]);
                    assertThat(top.logits()[3 * row + i]).isCloseTo(logits[ranked[i]], within(1e-5f));
                }
            }
            assertThat(Arrays.copyOfRange(top.ids(), 3, 6)).containsOnly(0);
        }
    }

    @Test
    void gradientsBesideWhatWasKeptAgreeWithFiniteDifferences() {
        Batch batch = Replicas.batch(1, 3, CONTEXT, VOCABULARY);
        try (TorchReplica asked = teacher(gpt2(2, 12))) {
            FiniteDifferencesTest.compare(
                    Replicas.relative("gemma2", 16, CONTEXT, 3, VOCABULARY),
                    beside(batch, asked.topLogits(batch, 4)),
                    student -> student.learnFrom(null, how()));
        }
    }

    /** All tokens kept are the teacher itself; of fewer the likeliest stand for all. */
    @Test
    void whatWasKeptOfAllTokensIsTheTeacher() {
        Batch batch = Replicas.batch(1, 2, CONTEXT, VOCABULARY);
        ModelShape shape = gpt2(1, 8);
        try (TorchReplica asked = teacher(gpt2(2, 12));
                TorchReplica beside = Replicas.openDouble(shape);
                TorchReplica after = Replicas.openDouble(shape)) {
            fill(beside);
            fill(after);
            beside.learnFrom(teacher(gpt2(2, 12)), how());
            after.learnFrom(null, how());
            double expected = beside.accumulateGradient(batch, 12, Replicas.KEY, GradientListener.NONE);
            Batch all = beside(batch, asked.topLogits(batch, VOCABULARY));
            assertThat(after.accumulateGradient(all, 12, Replicas.KEY, GradientListener.NONE))
                    .isCloseTo(expected, within(1e-6));
            Batch few = beside(batch, asked.topLogits(batch, 2));
            assertThat(after.accumulateGradient(few, 12, Replicas.KEY, GradientListener.NONE))
                    .isNotCloseTo(expected, within(1e-3));
        }
    }
}
