package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.Metric;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.text.TextMatches;
import org.weft.core.tokens.TokenizerFile;
import org.weft.engine.Decoder;
import org.weft.engine.Evaluated;
import org.weft.engine.ModelReplica;
import org.weft.engine.Replica;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.TinyTokenizers;

/** What an evaluation during training asks a model, and beside what it judges the answer. */
class AnsweringReplicaTest {
    private static final WeftConfig CONFIG = ConfigLoader.load(
            "test",
            "",
            List.of(
                    "run.dir=/nowhere",
                    "model.context=64",
                    "finetune.from=m",
                    "finetune.task=instruction",
                    "finetune.metric=bleu"));

    private final List<String> asked = new ArrayList<>();

    /** Says its prompt's last letter, and ends. */
    private final class Parrot implements Decoder {
        private int length;

        @Override
        public int rows() {
            return 2;
        }

        @Override
        public int length(int row) {
            return length;
        }

        @Override
        public float[] begin(int row, int[] tokens) {
            length = tokens.length;
            asked.add(text(tokens));
            return one(tokens[tokens.length - 1]);
        }

        @Override
        public float[][] append(int[] rows, int[] tokens) {
            float[][] logits = new float[rows.length][];
            Arrays.fill(logits, one(TinyTokenizers.END));
            return logits;
        }

        @Override
        public void close() {}
    }

    private static float[] one(int token) {
        float[] logits = new float[257]; // (V)
        logits[token] = 1;
        return logits;
    }

    private static String text(int[] tokens) {
        byte[] bytes = new byte[tokens.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) tokens[i];
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** Capital letters are learnt; a row's last one is followed by end-of-text, which is learnt too. */
    private static Batch batch(String... rows) {
        int context = Arrays.stream(rows).mapToInt(String::length).max().orElseThrow();
        int[] inputs = new int[rows.length * context];
        int[] targets = new int[rows.length * context];
        Arrays.fill(targets, Batch.IGNORED);
        for (int row = 0; row < rows.length; row++) {
            String text = rows[row];
            for (int i = 0; i < text.length(); i++) {
                inputs[row * context + i] = text.charAt(i);
                boolean last = i == text.length() - 1;
                if (last || Character.isUpperCase(text.charAt(i + 1))) {
                    targets[row * context + i] = last ? TinyTokenizers.END : text.charAt(i + 1);
                }
            }
        }
        return Batch.ofTokens(rows.length, context, inputs, targets);
    }

    @Test
    void theLastAnswerIsAskedForAndJudged() {
        ModelReplica replica = (ModelReplica) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ModelReplica.class},
                (of, method, a) -> switch (method.getName()) {
                    case "decoder" -> new Parrot();
                    case "loss" -> 3.5;
                    case "encodesSource" -> false;
                    default -> null;
                });
        Encoder encoder = Encoder.open(CONFIG, new TokenizerFile(TinyTokenizers.bytes(), "bytes"));
        try (Replica<Batch> answering =
                new AnsweringReplica(replica, new GeneratedAnswers(replica, encoder, CONFIG, 2))) {
            Evaluated evaluated = answering.evaluate(batch("xyZ", "pQrsSS", "bB"));
            assertThat(asked).containsExactly("xy", "pQrs", "b");
            assertThat(evaluated.loss()).isEqualTo(3.5);
            // Said are y, s, b; right are Z, SS, B; without case the last one is exact.
            assertThat(TextMatches.of(evaluated.classes()).scores())
                    .containsEntry(Metric.EXACT_MATCH, 1 / 3.0)
                    .containsEntry(Metric.ROUGE1, 1 / 3.0)
                    .containsEntry(Metric.BLEU, 0.0);
        }
    }
}
