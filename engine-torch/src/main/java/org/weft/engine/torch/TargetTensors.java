package org.weft.engine.torch;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.taught.TeacherLogits;

/**
 * What is to be predicted of a batch, on the device: {@link Targets} in tensors.
 *
 * <p>B sequences, T tokens, N = B T rows, M rows at which something is to be predicted, K numbers of a sequence.
 */
sealed interface TargetTensors {

    /** @param classes that a target of a token may be one of */
    static TargetTensors of(Batch batch, int classes, Device device) {
        if (batch.asked() instanceof Targets.Labels labels) {
            float[] values = labels.values();
            return new Labels(Tensor.create(values, batch.sequences(), values.length / batch.sequences())
                    .to(device, ScalarType.Float));
        }
        if (batch.asked() instanceof Targets.Contrast contrast) {
            return Contrast.of(contrast, batch, device);
        }
        if (batch.asked() instanceof Targets.Preferences answers) {
            int[] ids = answers.tokens().ids();
            Batch.requireIds(ids, Batch.IGNORED, classes);
            return new Preferences(Tokens.of(ids, device), answers);
        }
        Batch.requireIds(batch.targets(), Batch.IGNORED, classes);
        Tokens tokens = Tokens.of(batch.targets(), device);
        if (batch.asked() instanceof Targets.Taught taught) {
            Batch.requireIds(taught.said().ids(), 0, classes);
            return Taught.of(tokens, taught.said(), device);
        }
        return batch.asked() instanceof Targets.Pairs pairs
                ? new Pairs(tokens, TokenTensors.onDevice(pairs.related(), device, batch.sequences(), 1))
                : tokens;
    }

    /** Whether it is sequences beside each other that have a loss: answers, or texts. */
    default boolean besideEachOther() {
        return this instanceof Preferences || this instanceof Contrast;
    }

    /** Those of tokens. */
    default Tokens ofTokens() {
        throw new IllegalStateException("this batch has labels of sequences, not targets of tokens");
    }

    /** Those of whole sequences. (B, K), in float32 */
    default Tensor ofSequences() {
        throw new IllegalStateException("this batch has targets of tokens, not labels of sequences");
    }

    /**
     * Of tokens.
     *
     * @param chosen (M), the rows at which something is to be predicted, where that is not all of them
     * @param ids (M, 1)
     */
    record Tokens(Optional<Tensor> chosen, Tensor ids) implements TargetTensors {
        private static Tokens of(int[] targets, Device device) {
            int count = (int) new Targets.Tokens(targets).count(1);
            if (count == targets.length) {
                return new Tokens(Optional.empty(), TokenTensors.onDevice(targets, device, count, 1));
            }
            int[] rows = new int[count]; // (M)
            int[] ids = new int[count]; // (M)
            for (int row = 0, at = 0; row < targets.length; row++) {
                if (targets[row] != Batch.IGNORED) {
                    rows[at] = row;
                    ids[at++] = targets[row];
                }
            }
            return new Tokens(
                    Optional.of(TokenTensors.onDevice(rows, device, count)),
                    TokenTensors.onDevice(ids, device, count, 1));
        }

        /** The rows at which something is to be predicted. (N, D) to (M, D) */
        Tensor choose(Tensor rows) {
            return chosen.map(at -> rows.index_select(0, at)).orElse(rows);
        }

        /**
         * The way back: zero where nothing is to be predicted. (M, D) to (B, T, D)
         *
         * @param like (B, T, D)
         */
        Tensor spread(Tensor gradient, Tensor like) {
            if (chosen.isEmpty()) {
                return gradient.view(like.sizes());
            }
            Tensor all = torch.zeros_like(like); // (B, T, D)
            all.view(-1, like.size(2)).index_copy_(0, chosen.get(), gradient);
            return all;
        }

        /**
         * Nats of each sequence, summed in float64. (M, 1) to (B)
         *
         * @param x (B, T, D)
         */
        Tensor sequences(Tensor rows, Tensor x) {
            Tensor like = x.narrow(2, 0, 1).to(rows.scalar_type()); // (B, T, 1)
            return spread(rows, like).sum(new long[] {1, 2}, false, new ScalarTypeOptional(ScalarType.Double)); // (B)
        }

        @Override
        public Tokens ofTokens() {
            return this;
        }
    }

    /**
     * Of tokens, and of the pair that each sequence is.
     *
     * @param related (B, 1): 0 where a sequence's second segment follows its first, else 1
     */
    record Pairs(Tokens tokens, Tensor related) implements TargetTensors {
        @Override
        public Tokens ofTokens() {
            return tokens;
        }
    }

    /**
     * Of tokens, of which a teacher said which are likely.
     *
     * @param ids (M, k)
     * @param logits (M, k), in float32
     */
    record Taught(Tokens tokens, Tensor ids, Tensor logits) implements TargetTensors {
        private static Taught of(Tokens tokens, TeacherLogits.Rows said, Device device) {
            int rows = said.ids().length / said.k(); // N
            Tensor logits = Tensor.create(said.logits(), rows, said.k()).to(device, ScalarType.Float); // (N, k)
            return new Taught(
                    tokens,
                    tokens.choose(TokenTensors.onDevice(said.ids(), device, rows, said.k())),
                    tokens.choose(logits));
        }

        @Override
        public Tokens ofTokens() {
            return tokens;
        }
    }

    /**
     * Of tokens of answers that are pairs.
     *
     * @param asked what is known of them on the host
     */
    record Preferences(Tokens tokens, Targets.Preferences asked) implements TargetTensors {
        @Override
        public Tokens ofTokens() {
            return tokens;
        }
    }

    /**
     * Of texts that are near or far.
     *
     * @param asked which
     * @param twins (A, C): of each anchor the candidates that are the text of its own positive once more, and so not far; empty where
     *     there are none
     */
    record Contrast(Targets.Contrast asked, Optional<Tensor> twins) implements TargetTensors {

        /** Of A anchors and C candidates: their positives, and behind these their negatives. */
        static Contrast of(Targets.Contrast asked, Batch batch, Device device) {
            int anchors = batch.sequences() / asked.parts();
            int candidates = anchors * (asked.parts() - 1);
            int[] twins = new int[anchors * candidates]; // (A, C)
            boolean any = false;
            for (int anchor = 0; anchor < anchors; anchor++) {
                for (int other = 0; other < candidates; other++) {
                    int sequence = other % anchors * asked.parts() + 1 + other / anchors;
                    if (other != anchor && sameText(batch, anchor * asked.parts() + 1, sequence)) {
                        twins[anchor * candidates + other] = 1;
                        any = true;
                    }
                }
            }
            Optional<Tensor> found = any
                    ? Optional.of(TokenTensors.onDevice(twins, device, anchors, candidates)
                            .to(ScalarType.Bool))
                    : Optional.empty();
            return new Contrast(asked, found);
        }

        private static boolean sameText(Batch batch, int one, int other) {
            int from = one * batch.context();
            int to = other * batch.context();
            int[] inputs = batch.inputs();
            return Arrays.equals(inputs, from, from + batch.lengths()[one], inputs, to, to + batch.lengths()[other]);
        }
    }

    /**
     * Of whole sequences.
     *
     * @param values (B, K), in float32
     */
    record Labels(Tensor values) implements TargetTensors {
        @Override
        public Tensor ofSequences() {
            return values;
        }
    }
}
