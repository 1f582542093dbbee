package org.weft.tuning.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.tuning.task.Fields;

/** Questions as the harness puts them together, and its examples. */
class TaskPromptTest {
    private static final String TASK = """
            task: sums
            dataset_path: json
            dataset_kwargs: {data_files: {test: /a.jsonl}}
            test_split: test
            fewshot_split: test
            num_fewshot: 2
            fewshot_config: {sampler: %s}
            output_type: multiple_choice
            description: "Sums of {{kind}}.\\n"
            doc_to_text: "{{ask.text}} ="
            doc_to_choice: choices
            doc_to_target: "{{answer}}"
            """;

    private static final Set<String> FIELDS = Set.of("kind", "ask", "choices", "answer");

    private static Fields document(int i) {
        return new Fields(
                Map.of(
                        "kind",
                        true,
                        "ask",
                        Map.of("text", i + "+1"),
                        "choices",
                        List.of("no", "é" + (i + 1)),
                        "answer",
                        1),
                "file=a line=" + (i + 1));
    }

    private static SuiteTask task(String sampler) {
        return SuiteFile.read("s.yaml", TASK.formatted(sampler)).get(0);
    }

    @Test
    void examplesStandBeforeTheQuestion() {
        List<Fields> all =
                IntStream.range(0, 4).mapToObj(TaskPromptTest::document).toList();
        SuiteTask task = task("first_n");
        List<Fields> shots = new ShotSampler(task, all).next(all.get(0));
        Question question = new TaskPrompt(task, 0, FIELDS).question(0, all.get(0), shots);
        assertThat(question.context()).isEqualTo("Sums of True.\n1+1 = é2\n\n2+1 = é3\n\n0+1 =");
        assertThat(question.delimiter()).isEqualTo(" ");
        assertThat(question.answers()).containsExactly("no", "é1");
        assertThat(question.right()).isEqualTo(1);
    }

    /** Beside what CPython 3.11 says of Random(1234).sample. */
    @Test
    void drawsArePythons() {
        PythonRandom random = new PythonRandom(1234);
        assertThat(random.sample(10, 3)).containsExactly(7, 1, 0);
        assertThat(random.sample(10, 3)).containsExactly(1, 0, 9);
        assertThat(random.sample(10, 3)).containsExactly(1, 5, 3);
        assertThat(random.sample(200, 3)).containsExactly(4, 7, 88);
        assertThat(random.sample(30, 6)).containsExactly(20, 19, 15, 28, 14, 4);
        assertThat(random.sample(5000, 8)).containsExactly(747, 1499, 937, 119, 4121, 3987, 2046, 528);
        assertThat(random.sample(1, 1)).containsExactly(0);
    }

    @Test
    void aDocumentIsNeverItsOwnExample() {
        List<Fields> all =
                IntStream.of(0, 0, 0, 1, 2).mapToObj(TaskPromptTest::document).toList();
        ShotSampler sampler = new ShotSampler(task("default"), all);
        for (int i = 0; i < 20; i++) {
            assertThat(sampler.next(all.get(0))).hasSize(2).doesNotContain(all.get(0));
        }
        assertThatThrownBy(() -> new ShotSampler(task("default"), all.subList(0, 2)))
                .hasMessageContaining("task sums: num_fewshot=2 of 2 documents");
    }

    @Test
    void whatADocumentLacksIsNamed() {
        SuiteTask task = task("first_n");
        assertThatThrownBy(() -> new TaskPrompt(task, 0, Set.of("kinds", "choices", "ask", "answer")).requireFields())
                .hasMessageContaining("description names the field kind, which no document has")
                .hasMessageContaining("did you mean kinds?");
        TaskPrompt prompt = new TaskPrompt(task, 0, FIELDS);
        Map<String, Object> none = Map.of("kind", 1, "ask", Map.of(), "choices", List.of("a", "b"), "answer", 1);
        assertThatThrownBy(() -> prompt.question(0, new Fields(none, "file=a line=7"), List.of()))
                .hasMessageStartingWith("doc_to_text: there is no ask.text: file=a line=7 document=");
        Map<String, Object> far =
                Map.of("kind", 1, "ask", Map.of("text", ""), "choices", List.of("a", "b"), "answer", 2);
        assertThatThrownBy(() -> prompt.question(0, new Fields(far, "file=a line=8"), List.of()))
                .hasMessageContaining("the right answer is 2: its number from 0, or one of the 2 answers");
    }

    @Test
    void placesAreReplacedEachByItself() {
        Fields row = new Fields(Map.of("a", List.of("x", "y"), "b", 1, "c", Map.of("d", "$1")), "");
        Set<String> fields = row.values().keySet();
        assertThat(new DocTemplate("k", "{{ b }}{{c.d}}").value(row, fields)).isEqualTo("1$1");
        assertThat(new DocTemplate("k", "{{a}}").value(row, fields)).isEqualTo(List.of("x", "y"));
        assertThat(new DocTemplate("k", "a").value(row, fields)).isEqualTo(List.of("x", "y"));
        assertThatThrownBy(() -> new DocTemplate("k", "{{b}} {{a}}").value(row, fields))
                .hasMessageContaining("{{a}} is an array or an object where text is expected");
    }

    @Test
    void templatesInJinjaAreRunWithADocumentsFields() {
        Fields row = new Fields(Map.of("a", List.of("x", "y'z"), "b", 1, "q", " Why? "), "file=a line=3");
        Set<String> fields = row.values().keySet();
        assertThat(new DocTemplate(
                                "k",
                                "{% for o in a %}\n{{ loop.index }}. {{ o }}{% endfor %}\n{{ q.strip() | lower }}\n")
                        .value(row, fields))
                .isEqualTo("\n1. x\n2. y'z\nwhy?\n");
        assertThat(new DocTemplate("k", "{{ ['w'] + a }}").choices(row, fields)).isEqualTo(List.of("w", "x", "y'z"));
        assertThat(new DocTemplate("k", "{{ ['w'] + a }}").value(row, fields))
                .as("a question is text")
                .isEqualTo("['w', 'x', \"y'z\"]");
        assertThat(new DocTemplate("k", "[{{ a[0] }}]").choices(row, fields))
                .as("no list of Python's")
                .isEqualTo("[x]");
        assertThat(new DocTemplate("k", "{{ 'ABCD'[b] }}").value(row, fields)).isEqualTo("B");
        assertThat(new DocTemplate("k", "{{ a|tojson }}").problem())
                .isEqualTo("has the filter tojson, which is not understood here");
        assertThatThrownBy(() -> new DocTemplate("k", "{{ c | trim }}").value(row, fields))
                .hasMessageStartingWith("k: 'c' is undefined (line 1 of the template): file=a line=3 document=");
    }

    @Test
    void listsArePythonsLiteralsAndNothingIsRun() {
        assertThat(PythonList.of("['a', \"it's\" ' too', '\\x41\\n\\u00e9\\'', 1, -2.5, True, None, [1,], []]"))
                .hasValue(Arrays.asList("a", "it's too", "A\n\u00e9'", 1, -2.5, true, null, List.of(1), List.of()));
        for (String none : List.of(
                "[3 - 1]",
                "[true]",
                "[none]",
                "[range(3)]",
                "[x]",
                "['a'",
                "['a']]",
                "[1 2]",
                "[,]",
                "['\\",
                "[Trues]",
                "['\\xzz']",
                "[99999999999]",
                "[".repeat(9999) + "]".repeat(9999))) {
            assertThat(PythonList.of(none)).as(none).isEmpty();
        }
        Fields row = new Fields(Map.of("a", "[3 - 1]", "b", "['x', 'y']"), "");
        Set<String> fields = row.values().keySet();
        assertThat(new DocTemplate("k", "{{ a | trim }}").choices(row, fields)).isEqualTo("[3 - 1]");
        assertThat(new DocTemplate("k", "{{ b }}").choices(row, fields))
                .as("with a filter and without")
                .isEqualTo(new DocTemplate("k", "{{ b | trim }}").choices(row, fields))
                .isEqualTo(List.of("x", "y"));
        assertThat(new DocTemplate("k", "{{ b | trim }} | tojson").problem()).isNull();
    }

    @Test
    void aTemplateIsReadOnce() {
        DocTemplate template = new DocTemplate("k", "{{ a | trim }}");
        assertThat(template.template()).isSameAs(template.template());
    }

    @Test
    void blanksArePythons() {
        assertThat(PythonText.words("")).isEqualTo(1);
        assertThat(PythonText.words(" a\u00a0b\u001cc\n")).isEqualTo(5);
        assertThat(PythonText.stripped("a b\u2003\u001f \n")).isEqualTo("a b");
    }
}
