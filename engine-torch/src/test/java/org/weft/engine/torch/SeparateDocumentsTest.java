package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Documents;
import org.weft.core.batches.Targets;
import org.weft.core.model.ModelShape;
import org.weft.engine.GradientListener;
import org.weft.engine.ReplicaOptions;

/** Documents that share a sequence cost what they cost alone, and teach the same, in every family. */
class SeparateDocumentsTest {
    private static final int VOCABULARY = 97;
    /** Lengths of the documents of a few sequences: such as a mask keeps apart, and such as are taken one by one. */
    private static final int[][] SHORT = {{5, 1, 11, 7}, {24}, {13, 11}};

    private static final int[][] LONG = {{400, 624}, {1000, 24}};

    /** One of each family, two layers. */
    enum Family {
        GPT2,
        LLAMA,
        MISTRAL,
        GEMMA2,
        GPT_NEOX,
        BERT,
        ROBERTA,
        MODERNBERT;

        private ModelShape shape(int context) {
            return switch (this) {
                case GPT2 -> Replicas.shape(2, 32, 4, context, VOCABULARY);
                case MISTRAL, GEMMA2, GPT_NEOX ->
                    Replicas.relative(name().toLowerCase(Locale.ROOT), 32, context, 8, VOCABULARY);
                case LLAMA -> Replicas.llama(2, 32, 4, context, VOCABULARY);
                case ROBERTA, MODERNBERT ->
                    Replicas.encoder(name().toLowerCase(Locale.ROOT), 32, context, 0, VOCABULARY);
                case BERT ->
                    Replicas.configured(
                            "{architecture: bert, layers: 2, width: 32, heads: 4, dropout: 0, context: " + context
                                    + "}",
                            VOCABULARY);
            };
        }

        TorchReplica open(int context, boolean recompute) {
            TorchReplica replica =
                    TorchReplica.open(shape(context), new ReplicaOptions("cpu", 1, false, recompute, true));
            Replicas.initialize(replica, 3);
            return replica;
        }

        /** What is to be predicted of one document. */
        int[] targets(int[] tokens) {
            int[] targets = new int[tokens.length];
            Arrays.setAll(
                    targets,
                    i -> List.of(BERT, ROBERTA, MODERNBERT).contains(this)
                            ? (i % 3 == 1 ? (tokens[i] + 5) % VOCABULARY : Batch.IGNORED)
                            : i + 1 < tokens.length ? tokens[i + 1] : Batch.IGNORED);
            return targets;
        }
    }

    private static int[] document(int sequence, int number, int length) {
        int[] tokens = new int[length];
        Arrays.setAll(tokens, i -> (31 * i * i + 17 * sequence + 101 * number + 3) % VOCABULARY);
        return tokens;
    }

    /** The documents side by side. */
    private static Batch packed(Family family, int[][] lengths) {
        int context = Arrays.stream(lengths[0]).sum();
        int[] inputs = new int[lengths.length * context];
        int[] targets = new int[inputs.length];
        int[][] breaks = new int[lengths.length][];
        for (int b = 0; b < lengths.length; b++) {
            breaks[b] = new int[lengths[b].length];
            int at = 0;
            for (int n = 0; n < lengths[b].length; n++) {
                int[] tokens = document(b, n, lengths[b][n]);
                System.arraycopy(tokens, 0, inputs, b * context + at, tokens.length);
                System.arraycopy(family.targets(tokens), 0, targets, b * context + at, tokens.length);
                at += tokens.length;
                breaks[b][n] = at;
            }
        }
        return Batch.ofTokens(lengths.length, context, inputs, targets).apart(Documents.of(context, breaks));
    }

    @ParameterizedTest
    @EnumSource
    void lossesAndGradientsAreThoseOfTheDocumentsAlone(Family family) {
        for (int[][] lengths : new int[][][] {SHORT, LONG}) {
            assertAsAlone(family, lengths, false);
            assertAsAlone(family, lengths, true);
        }
    }

    private static void assertAsAlone(Family family, int[][] lengths, boolean recompute) {
        Batch packed = packed(family, lengths);
        try (TorchReplica replica = family.open(packed.context(), recompute)) {
            double alone = 0;
            double trained = 0;
            replica.zeroGradients();
            for (int b = 0; b < lengths.length; b++) {
                for (int n = 0; n < lengths[b].length; n++) {
                    int[] tokens = document(b, n, lengths[b][n]);
                    Batch one = Batch.ofTokens(1, tokens.length, tokens, family.targets(tokens));
                    if (one.targetCount() > 0) {
                        alone += replica.loss(one);
                        trained += replica.accumulateGradient(
                                one, packed.targetCount(), Replicas.KEY, GradientListener.NONE);
                    }
                }
            }
            float[] gradients = Replicas.gradient(replica);
            assertThat(replica.loss(packed)).isCloseTo(alone, within(1e-5 * alone));
            float[] together = Replicas.gradientOf(replica, packed, Replicas.KEY);
            assertThat(trained).isCloseTo(alone / packed.targetCount(), within(1e-5));
            for (int i = 0; i < gradients.length; i++) {
                assertThat(together[i]).isCloseTo(gradients[i], within(1e-5f));
            }
        }
    }

    /** It would not notice where nothing was told apart. */
    @ParameterizedTest
    @EnumSource
    void tokensThatLookAtTheWholeSequenceCostSomethingElse(Family family) {
        Batch packed = packed(family, SHORT);
        try (TorchReplica replica = family.open(packed.context(), false)) {
            Batch mixed = Batch.ofTokens(packed.sequences(), packed.context(), packed.inputs(), packed.targets());
            assertThat(Math.abs(replica.loss(mixed) - replica.loss(packed))).isGreaterThan(1e-3);
        }
    }

    /** With dropout scores are explicit: what it drops apart, a document's tokens do not see another's. */
    @ParameterizedTest
    @CsvSource({"GPT2", "BERT"})
    void dropoutKeepsDocumentsApart(Family family) {
        Batch batch = packed(family, SHORT);
        int context = batch.context();
        ModelShape shape = family == Family.BERT
                ? Replicas.bert(2, 32, 4, context, 0.2, VOCABULARY)
                : Replicas.withDropout(family.shape(context), 0.2);
        try (TorchReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1))) {
            Replicas.initialize(replica, 3);
            int[] inputs = batch.inputs().clone();
            inputs[20] = (inputs[20] + 1) % VOCABULARY; // in the last document of the first sequence
            Targets.Tokens first = new Targets.Tokens(onlyFirst(batch));
            Batch before = new Batch(
                    batch.sequences(),
                    context,
                    batch.inputs(),
                    batch.lengths(),
                    batch.seconds(),
                    first,
                    batch.documents());
            Batch after = new Batch(
                    batch.sequences(), context, inputs, batch.lengths(), batch.seconds(), first, batch.documents());
            replica.zeroGradients();
            double one = replica.accumulateGradient(before, 1, Replicas.KEY, GradientListener.NONE);
            double two = replica.accumulateGradient(after, 1, Replicas.KEY, GradientListener.NONE);
            assertThat(two).isEqualTo(one);
        }
    }

    /** Targets of the first sequence's other documents alone. */
    private static int[] onlyFirst(Batch batch) {
        int[] targets = new int[batch.inputs().length];
        Arrays.fill(targets, Batch.IGNORED);
        System.arraycopy(batch.targets(), 0, targets, 0, SHORT[0][0] + SHORT[0][1] + SHORT[0][2]);
        return targets;
    }

    @ParameterizedTest
    @CsvSource({"64, false", "4096, true"})
    void manyDocumentsHaveAMaskAndFewAreTakenOneByOne(int context, boolean alone) {
        try (PointerScope scope = new PointerScope()) {
            int[] breaks = new int[context / 64];
            Arrays.setAll(breaks, i -> 64 * i + 7);
            Batch batch = Batch.ofTokens(1, context, new int[context], new int[context])
                    .apart(Documents.of(context, new int[][] {breaks}));
            assertThat(SeparateDocuments.of(batch, new Device("cpu"))
                            .orElseThrow()
                            .cheaperAlone(256))
                    .isEqualTo(alone);
        }
    }
}
