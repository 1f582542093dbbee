package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.TokenizerFile;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.TinyTokenizers;

/** How far an answer is followed that a model does not end. */
class GeneratedAnswersTest {
    private static final WeftConfig CONFIG = ConfigLoader.load(
            "test",
            "",
            List.of(
                    "run.dir=/nowhere",
                    "model.context=512",
                    "finetune.from=m",
                    "finetune.task=instruction",
                    "dataset.max_length=300"));

    /** Says the letter a for ever. */
    private static final class Endless implements Decoder {
        private int length;

        private static float[] a() {
            float[] logits = new float[257]; // (V)
            logits['a'] = 1;
            return logits;
        }

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int length(int row) {
            return length;
        }

        @Override
        public float[] begin(int row, int[] tokens) {
            length = tokens.length;
            return a();
        }

        @Override
        public float[][] append(int[] rows, int[] tokens) {
            length++;
            return new float[][] {a()};
        }

        @Override
        public void close() {}
    }

    @Test
    void anAnswerIsAsLongAsAnExampleMayBe() {
        ModelReplica replica = (ModelReplica) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ModelReplica.class},
                (of, method, a) -> switch (method.getName()) {
                    case "decoder" -> new Endless();
                    case "encodesSource" -> false;
                    default -> null;
                });
        try (GeneratedAnswers answers = new GeneratedAnswers(
                replica, Encoder.open(CONFIG, new TokenizerFile(TinyTokenizers.bytes(), "bytes")), CONFIG, 1)) {
            Fields row = new Fields(Map.of("prompt", "q", "response", "a"));
            assertThat(answers.predict(List.of(row)).get(0).cells()).containsExactly("a".repeat(300));
        }
    }
}
