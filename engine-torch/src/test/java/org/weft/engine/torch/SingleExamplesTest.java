package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
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

/** What private training stands on: an example that is computed by itself has the gradient that it has beside others. */
class SingleExamplesTest {
    private static final int VOCABULARY = 11;
    private static final int CONTEXT = 6;
    private static final int SEQUENCES = 4;

    /** A model, and what it is given. */
    private record Case(ModelShape shape, Batch batch) {
        @Override
        public String toString() {
            return shape.config().architecture() + " "
                    + shape.adaptation().head().kind();
        }
    }

    static Stream<Case> models() {
        Batch text = Replicas.batch(0, SEQUENCES, CONTEXT, VOCABULARY);
        int[] lengths = {6, 2, 5, 3};
        float[] labels = {1, 0, 2, 1};
        Batch labelled = new Batch(SEQUENCES, CONTEXT, text.inputs(), lengths, lengths, new Targets.Labels(labels));
        TaskHead classes = new TaskHead(HeadKind.CLASSES, 3, Pooling.LAST, 0, 0, List.of());
        ModelShape gpt2 = Replicas.shape(2, 8, 2, CONTEXT, VOCABULARY);
        ModelShape llama = Replicas.llama(2, 16, 4, CONTEXT, VOCABULARY);
        ModelShape bert = Replicas.encoder("distilbert", 8, CONTEXT, 0, VOCABULARY);
        Adaptation.Lora lora = new Adaptation.Lora(2, 3, List.of());
        return Stream.of(
                new Case(llama, text),
                new Case(new ModelShape(gpt2.config(), VOCABULARY, Adaptation.whole(classes)), labelled),
                new Case(new ModelShape(bert.config(), VOCABULARY, Adaptation.whole(classes)), labelled),
                new Case(new ModelShape(llama.config(), VOCABULARY, new Adaptation(classes, lora, 0, 1)), labelled));
    }

    @ParameterizedTest
    @MethodSource("models")
    void singleExamplesGradientsAreTheBatchs(Case model) {
        try (TorchReplica replica = Replicas.open(model.shape(), 3)) {
            int frozen = (int) replica.frozenLayout().size();
            if (frozen > 0) {
                Initialization.fill(
                        replica.frozenLayout(), 4, 0, replica.frozen(0, frozen).asFloatBuffer());
                replica.frozenWritten(0, frozen);
            }
            float[] together = Replicas.gradientOf(replica, model.batch(), Replicas.KEY);
            double[] sum = new double[together.length];
            for (int i = 0; i < SEQUENCES; i++) {
                Batch one = alone(model.batch(), i);
                float[] gradient = Replicas.gradientOf(replica, one, Replicas.KEY);
                double share = one.targetCount() / (double) model.batch().targetCount();
                for (int e = 0; e < sum.length; e++) {
                    sum[e] += share * gradient[e];
                }
            }
            double largest = 0;
            for (int e = 0; e < sum.length; e++) {
                assertThat(sum[e]).as("element %d", e).isCloseTo(together[e], within(1e-5));
                largest = Math.max(largest, Math.abs(together[e]));
            }
            assertThat(largest).isGreaterThan(1e-3);
        }
    }

    /** A sequence without the others, filled up to itself. */
    private static Batch alone(Batch batch, int sequence) {
        int length = batch.lengths()[sequence];
        int from = sequence * CONTEXT;
        int[] inputs = Arrays.copyOfRange(batch.inputs(), from, from + length);
        int[] whole = {length};
        Targets asked = batch.asked() instanceof Targets.Tokens
                ? new Targets.Tokens(Arrays.copyOfRange(batch.targets(), from, from + length))
                : new Targets.Labels(new float[] {batch.labels()[sequence]});
        return new Batch(1, length, inputs, whole, whole, asked);
    }
}
