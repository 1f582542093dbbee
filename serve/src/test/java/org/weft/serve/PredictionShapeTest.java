package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;

/** What requests to a model of each task look like. */
class PredictionShapeTest {
    private static PredictionShape of(String finetune, String dataset) {
        String yaml = "run: {dir: /r}\nfinetune: {from: /base, " + finetune + "}\ndataset: {" + dataset + "}";
        return PredictionShape.of(ConfigLoader.load("test", yaml, List.of()));
    }

    @Test
    void everyTaskHasItsInputAndTheColumnsOfItsPredictions() {
        assertThat(of("task: classification, labels: [a, b]", "text_column: s"))
                .isEqualTo(new PredictionShape(
                        "classification",
                        PredictionShape.Input.TEXT,
                        List.of("s"),
                        List.of("prediction", "probabilities"),
                        true));
        assertThat(of("task: regression", "text_column: s, pair_column: t"))
                .isEqualTo(new PredictionShape(
                        "regression", PredictionShape.Input.PAIR, List.of("s", "t"), List.of("prediction"), false));
        assertThat(of("task: tokens, labels: [B-x, O]", "tokens_column: w"))
                .isEqualTo(new PredictionShape(
                        "tokens", PredictionShape.Input.WORDS, List.of("w"), List.of("prediction"), false));
        assertThat(of("task: qa", "question_column: q, context_column: p"))
                .isEqualTo(new PredictionShape(
                        "qa",
                        PredictionShape.Input.QUESTION,
                        List.of("q", "p"),
                        List.of("prediction", "score", "start", "end"),
                        false));
    }
}
