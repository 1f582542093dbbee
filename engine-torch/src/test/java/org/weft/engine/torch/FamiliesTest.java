package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.engine.Decoder;
import org.weft.engine.GradientListener;
import org.weft.engine.ReplicaOptions;

/** What holds for every family alike: ranges, recomputation, bfloat16. */
class FamiliesTest {
    private static final int VOCABULARY = 97;
    private static final int CONTEXT = 16;

    /** One of each family, two layers, with what dropout it may have. */
    enum Family {
        GPT2(Replicas.withDropout(Replicas.shape(2, 32, 4, CONTEXT, VOCABULARY), 0.1)),
        LLAMA(Replicas.llama(2, 32, 4, CONTEXT, VOCABULARY)),
        BERT(Replicas.bert(2, 32, 4, CONTEXT, 0.1, VOCABULARY)),
        ROBERTA(Replicas.encoder("roberta", 32, CONTEXT, 0.1, VOCABULARY)),
        MODERNBERT(Replicas.encoder("modernbert", 32, CONTEXT, 0, VOCABULARY)),
        DISTILBERT(Replicas.encoder("distilbert", 32, CONTEXT, 0.1, VOCABULARY)),
        MISTRAL("mistral"),
        QWEN2("qwen2"),
        QWEN3("qwen3"),
        SMOLLM3("smollm3"),
        OLMO2("olmo2"),
        GEMMA2("gemma2"),
        GEMMA3("gemma3_text"),
        PHI3("phi3"),
        MIXTRAL("mixtral"),
        GPT_NEOX("gpt_neox"),
        SEQUENTIAL("sequential");

        private final ModelShape shape;

        Family(ModelShape shape) {
            this.shape = shape;
        }

        Family(String relative) {
            this(Replicas.relative(relative, 32, CONTEXT, 6, VOCABULARY));
        }

        ModelShape shape() {
            return shape;
        }

        Batch batch() {
            return this == BERT
                    ? Replicas.maskedBatch(0, 4, CONTEXT, VOCABULARY)
                    : shape.config().causal()
                            ? Replicas.batch(0, 4, CONTEXT, VOCABULARY)
                            : Replicas.maskedTokens(0, 4, CONTEXT, VOCABULARY);
        }

        TorchReplica open(boolean bfloat16, boolean recompute) {
            TorchReplica replica = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, recompute));
            Replicas.initialize(replica, 1);
            return replica;
        }
    }

    @ParameterizedTest
    @EnumSource
    void rangesAreAnnouncedDownwardsWhenTheyAreFinal(Family family) {
        try (TorchReplica replica = family.open(false, false)) {
            List<Long> ends = new ArrayList<>();
            float[] announced = new float[(int) replica.layout().size()];
            replica.zeroGradients();
            replica.accumulateGradient(family.batch(), 64, Replicas.KEY, (offset, length) -> {
                float[] range = Replicas.floats(replica.gradients(offset, (int) length));
                System.arraycopy(range, 0, announced, (int) offset, range.length);
                assertThat(ends.isEmpty() ? replica.layout().size() : ends.get(ends.size() - 1))
                        .isEqualTo(offset + length);
                ends.add(offset);
            });
            assertThat(ends.get(ends.size() - 1)).isZero();
            assertThat(announced).isEqualTo(Replicas.gradient(replica));
        }
    }

    @ParameterizedTest
    @EnumSource
    void recomputationGivesTheSameBits(Family family) {
        try (TorchReplica keeping = family.open(false, false);
                TorchReplica recomputing = family.open(false, true)) {
            assertThat(Replicas.gradientOf(recomputing, family.batch(), Replicas.KEY))
                    .isEqualTo(Replicas.gradientOf(keeping, family.batch(), Replicas.KEY));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bfloat16IsNearFloat32AndTheSameEveryTime(Family family) {
        try (TorchReplica wide = family.open(false, false);
                TorchReplica narrow = family.open(true, false)) {
            assertThat(narrow.loss(family.batch())).isCloseTo(wide.loss(family.batch()), within(0.5));
            float[] rounded = Replicas.gradientOf(narrow, family.batch(), Replicas.KEY);
            assertThat(rounded).isEqualTo(Replicas.gradientOf(narrow, family.batch(), Replicas.KEY));
            assertThat(difference(rounded, Replicas.gradientOf(wide, family.batch(), Replicas.KEY)))
                    .isBetween(1e-6, 0.03);
        }
    }

    /** Micro-batches accumulate in float32, whatever products are computed in. */
    @ParameterizedTest
    @EnumSource
    void bfloat16AccumulatesMicroBatches(Family family) {
        try (TorchReplica replica = family.open(true, true)) {
            float[] once = Replicas.gradientOf(replica, family.batch(), Replicas.KEY);
            replica.accumulateGradient(
                    family.batch(), family.batch().targetCount(), Replicas.KEY, GradientListener.NONE);
            float[] twice = Replicas.gradient(replica);
            for (int i = 0; i < once.length; i++) {
                assertThat(twice[i]).isCloseTo(2 * once[i], within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void changedParametersAreRoundedAnew(Family family) {
        try (TorchReplica replica = family.open(true, false)) {
            double before = replica.loss(family.batch());
            Replicas.initialize(replica, 2);
            assertThat(replica.loss(family.batch())).isNotEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesToGenerateWithAModelThatSeesTheFuture(Family family) {
        try (TorchReplica replica = family.open(false, false)) {
            if (!family.shape.config().causal()) {
                assertThatThrownBy(() -> replica.decoder(1)).hasMessageContaining("does not generate text");
            } else {
                try (Decoder decoder = replica.decoder(1)) {
                    assertThat(decoder.begin(0, new int[] {1, 2})).hasSize(VOCABULARY);
                }
            }
        }
    }

    private static double difference(float[] a, float[] b) {
        double apart = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            apart += (double) (a[i] - b[i]) * (a[i] - b[i]);
            norm += (double) b[i] * b[i];
        }
        return Math.sqrt(apart / norm);
    }
}
