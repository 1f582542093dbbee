package org.weft.tuning.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.WeftException;

/** What a suite's YAML may say, and what each wrong key is told. */
class SuiteFileTest {
    private static final String CHOICES = """
            task: sums
            dataset_path: json
            dataset_kwargs: {data_files: {test: [/a.jsonl, /b.jsonl], train: /t.jsonl}}
            test_split: test
            output_type: multiple_choice
            doc_to_text: "{{ask.text}}"
            doc_to_choice: choices
            doc_to_target: answer
            """;

    @Test
    void aTaskIsRead() {
        SuiteTask task = SuiteFile.read("s.yaml", CHOICES + "fewshot_split: train\nnum_fewshot: 3\n")
                .get(0);
        assertThat(task.name()).isEqualTo("sums");
        assertThat(task.files()).isEqualTo(new SuiteTask.Files(List.of("/a.jsonl", "/b.jsonl"), List.of("/t.jsonl")));
        assertThat(task.shots()).isEqualTo(new SuiteTask.Shots(3, SuiteTask.Sampler.DEFAULT, false));
        assertThat(task.metrics()).containsExactly(SuiteMetric.ACC, SuiteMetric.ACC_NORM);
        assertThat(task.form().delimiters()).isEqualTo(new PromptForm.Delimiters(" ", "\n\n"));
    }

    @Test
    void aGroupWithAnchorsIsRead() {
        String group = """
                group: mine
                task:
                  - &one {task: one, dataset_path: json, dataset_kwargs: {data_files: /p.jsonl}, test_split: train,
                          output_type: loglikelihood_rolling, doc_to_text: "", doc_to_target: "{{page}}"}
                  - {<<: *one, task: two, metric_list: [{metric: bits_per_byte, higher_is_better: false}]}
                """;
        List<SuiteTask> tasks = SuiteFile.read("s.yaml", group);
        assertThat(tasks).extracting(SuiteTask::name).containsExactly("one", "two");
        assertThat(tasks.get(1).metrics()).containsExactly(SuiteMetric.BITS_PER_BYTE);
        assertThat(tasks.get(1).files().judged()).containsExactly("/p.jsonl");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    output_type: multiple_choice | output_type: multiple_choise | output_type multiple_choise is none of
                    output_type: multiple_choice | output_type: generate_until | generate_until is not supported
                    output_type: multiple_choice | output_type: loglikelihood | doc_to_choice changes nothing of a loglikelihood
                    task: sums | task: a/b | task must be a name of letters
                    dataset_path: json | dataset_path: squad | dataset_path must be json
                    test_split: test | test_split: tests | tests is no split: dataset_kwargs.data_files has test, train
                    test_split: test | task_alias: x | test_split is missing, and validation_split too
                    doc_to_text: "{{ask.text}}" | doc_to_text: "{{ask[0}}" | doc_to_text cannot be read as Jinja: unexpected }
                    doc_to_text: "{{ask.text}}" | doc_to_text: "{% if a %}" | doc_to_text cannot be read as Jinja: expected {% elif %}
                    doc_to_text: "{{ask.text}}" | doc_to_text: [a] | doc_to_text must be a text, but is ["a"]
                    doc_to_text: "{{ask.text}}" | doc_to_txt: x | doc_to_txt is not a key of a task; did you mean doc_to_text?
                    doc_to_target: answer | doc_to_target: !function utils.f | line 8: could not determine a constructor for the tag !function
                    doc_to_choice: choices | doc_to_choice: [no, yes] | doc_to_choice must have texts, in quotes where YAML reads something else, but has false
                    doc_to_choice: choices | task_alias: x | doc_to_choice is missing: the answers
                    doc_to_target: answer | task_alias: x | doc_to_target is missing
                    test_split: test | num_fewshot: -1 | num_fewshot must be a whole number from 0 to 1000, but is -1
                    tag: y | num_fewshot: 2 | fewshot_split is missing, and training_split too
                    tag: y | process_docs: f | process_docs is not supported: write the documents
                    tag: y | fewshot_config: {sampler: firstn} | fewshot_config.sampler firstn is none of default, first_n; did you mean first_n?
                    tag: y | metric_list: [{metric: accc}] | metric accc is none of multiple_choice's: acc, acc_norm, acc_bytes; did you mean acc?
                    tag: y | metric_list: [{metric: acc, aggregation: median}] | aggregation median of acc must be mean
                    tag: y | metric_list: [{metric: acc, higher_is_better: false}] | higher_is_better of acc must be true
                    tag: y | metric_list: [{metric: acc}, {metric: acc}] | metric acc is there twice
                    tag: y | tag: x | duplicate key tag
                    """)
    void eachWrongKeyIsNamed(String before, String after, String error) {
        String valid = CHOICES + "tag: y\n";
        String wrong = before.equals("tag: y") ? valid + after + "\n" : valid.replace(before, after);
        assertThat(wrong).isNotEqualTo(valid);
        assertThatThrownBy(() -> SuiteFile.read("s.yaml", wrong))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("s.yaml: ")
                .hasMessageContaining(error);
    }

    @Test
    void everythingIsToldAtOnce() {
        String wrong = CHOICES.replace("json", "csv") + "repeats: 2\n";
        assertThatThrownBy(() -> SuiteFile.read("s.yaml", wrong))
                .hasMessageContaining("2 problems")
                .hasMessageContaining("dataset_path must be json")
                .hasMessageContaining("repeats is not supported: a likelihood is the same each time");
    }

    @Test
    void whatIsNoTaskIsRefused() {
        assertThatThrownBy(() -> SuiteFile.read("s.yaml", "- a\n")).hasMessageContaining("not a mapping");
        assertThatThrownBy(() -> SuiteFile.read("s.yaml", "task: [hellaswag]\n"))
                .hasMessageContaining("there is no registry of names");
        assertThatThrownBy(() -> SuiteFile.read("s.yaml", "task: [\n")).hasMessageContaining("line 2 is not YAML");
    }
}
