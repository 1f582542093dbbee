package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.serve.PredictionShape.Input;

/** What each kind of task reads of a request, as rows of the columns that its model knows. */
class PredictionInputTest {
    private static List<PredictionInput> inputs(Input input, List<String> columns, String json) {
        PredictionShape shape = new PredictionShape("some_task", input, columns, List.of("prediction"), false);
        String body = "{\"input\": " + json + "}";
        return PredictionInput.of(JsonFields.of(body.getBytes(StandardCharsets.UTF_8)), shape);
    }

    private static List<Map<String, Object>> rows(Input input, List<String> columns, String json) {
        return inputs(input, columns, json).stream()
                .map(each -> each.row().values())
                .toList();
    }

    @Test
    void questionsAndPairsAreObjects() {
        assertThat(rows(Input.QUESTION, List.of("q", "p"), "{\"question\": \"Who?\", \"context\": \"Ada.\"}"))
                .containsExactly(Map.of("q", "Who?", "p", "Ada."));
        assertThat(rows(
                        Input.PAIR,
                        List.of("a", "b"),
                        "[{\"text\": \"x\", \"text_pair\": \"y\"}, {\"text\": \"\", \"text_pair\": \"z\"}]"))
                .containsExactly(Map.of("a", "x", "b", "y"), Map.of("a", "", "b", "z"));
    }

    @Test
    void aTextIsPartedIntoWordsWhosePlacesAreTold() {
        List<PredictionInput> parted = inputs(Input.WORDS, List.of("tokens"), "[\"\\ud83d\\ude00 Ada  was\", \" \"]");
        assertThat(parted.get(0).row().values()).isEqualTo(Map.of("tokens", List.of("\ud83d\ude00", "Ada", "was")));
        assertThat(parted.get(0).words())
                .containsExactly(
                        new PredictionInput.Word("\ud83d\ude00", 0, 1),
                        new PredictionInput.Word("Ada", 2, 5),
                        new PredictionInput.Word("was", 7, 10));
        assertThat(parted.get(1).words()).isEmpty();
        List<PredictionInput> given = inputs(Input.WORDS, List.of("tokens"), "[[\"New York\", \".\"]]");
        assertThat(given.get(0).row().values()).isEqualTo(Map.of("tokens", List.of("New York", ".")));
        assertThat(given.get(0).words()).isEmpty();
    }

    @Test
    void whatIsMissingOrTooMuchIsNamed() {
        List<String> columns = List.of("q", "p");
        refused(
                Input.QUESTION,
                columns,
                "\"Who?\"",
                "input is no object: it must be an object with question and context");
        refused(Input.QUESTION, columns, "[{\"question\": \"Who?\"}]", "input[0].context must be a string, is absent");
        refused(
                Input.PAIR,
                columns,
                "{\"text\": \"x\", \"text_pair\": \"y\", \"label\": 1}",
                "there is no field input.label here: there are text, text_pair");
        refused(Input.WORDS, columns, "[[\"a\", 7]]", "input[0][1] must be a string, is 7");
        refused(Input.TEXT, columns, "null", "input must be a string or an array, is null");
    }

    private static void refused(Input input, List<String> columns, String json, String message) {
        assertThatThrownBy(() -> inputs(input, columns, json))
                .isInstanceOf(ApiException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aPassageOfMoreWindowsThanARoundShouldHaveIsRefused() {
        PredictionModel.OfTask.requireFew(128, 384);
        assertThatThrownBy(() -> PredictionModel.OfTask.requireFew(129, 384))
                .isInstanceOf(WeftException.class)
                .hasMessage("a passage is read through 129 windows of 384 tokens: at most 128 at once; part it");
    }
}
