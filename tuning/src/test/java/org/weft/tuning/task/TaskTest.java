package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.metrics.Predictions;

/** What each task says of rows: the same questions to all of them. */
class TaskTest {
    private static final Labels LABELS = Labels.of(List.of("B-x", "O"));

    private static Task task(TaskName name) {
        WeftConfig defaults = WeftConfig.defaults();
        return Task.of(name, defaults.dataset(), LABELS, Task.conversation(defaults));
    }

    private static List<TaskName> all() {
        List<TaskName> names = new ArrayList<>(List.of(TaskName.values()));
        names.remove(TaskName.NONE);
        return names;
    }

    /** A prediction of each task that has any, beside a row that it is judged by. */
    private static Map<Task, Prediction> predictions() {
        Map<Task, Prediction> said = new LinkedHashMap<>();
        said.put(task(TaskName.CLASSIFICATION), new ClassificationTask.Label(LABELS, 1, new double[] {0.25, 0.75}));
        said.put(task(TaskName.MULTILABEL), new MultilabelTask.LabelSet(LABELS, List.of("B-x"), new double[] {0.75, 0.25
        }));
        said.put(task(TaskName.REGRESSION), new RegressionTask.Value(2.5));
        said.put(task(TaskName.TOKENS), new TokensTask.Tags(List.of("B-x", ""), new BitSet()));
        said.put(task(TaskName.QA), new QaTask.Answer("sea", 0.5, 4, 7));
        said.put(task(TaskName.INSTRUCTION), task(TaskName.INSTRUCTION).said(" sea "));
        return said;
    }

    private static final Fields ROW = new Fields(Map.of(
            "label", "O",
            "tags", List.of("B-x", "O"),
            "answers", "the sea",
            "response", "sea"));

    @Test
    void everyNameHasAClassAndItsColumns() {
        for (TaskName name : all()) {
            Task task = task(name);
            assertThat(task.inputColumns()).as(name.word()).isNotEmpty();
            assertThat(task.predictionColumns().isEmpty())
                    .as(name.word())
                    .isEqualTo(!name.head().layered() && name != TaskName.INSTRUCTION);
            assertThat(TaskName.named(name.word())).isEqualTo(name);
        }
        assertThatThrownBy(() -> task(TaskName.NONE))
                .isInstanceOf(WeftException.class)
                .hasMessage("finetune.task is not set");
        assertThatThrownBy(() -> TaskName.named("clasification"))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).startsWith("there are: classification, "))
                .hasMessage("there is no task clasification");
    }

    @Test
    void onlyWhatWasFinetunedHasATask() {
        assertThat(Task.in(WeftConfig.defaults())).isEmpty();
        assertThat(Task.in(TaskRows.config("gpt2", "qa"))).get().isInstanceOf(QaTask.class);
    }

    @Test
    void aPredictionHasACellForEachColumn() {
        predictions().forEach((task, said) -> {
            List<PredictionColumn> columns = task.predictionColumns();
            for (int i = 0; i < columns.size(); i++) {
                Class<?> type =
                        switch (columns.get(i).cells()) {
                            case TEXT -> String.class;
                            case TEXTS, VECTOR -> List.class;
                            case NUMBER -> Double.class;
                            case INTEGER -> Integer.class;
                            case NUMBER_BY_TEXT -> Map.class;
                        };
                assertThat(said.cells()).hasSize(columns.size());
                assertThat(said.cells().get(i)).as(columns.get(i).name()).isInstanceOf(type);
            }
        });
    }

    @Test
    void labelsOfWholeRowsHaveProbabilities() {
        List<Map<String, Double>> byLabel = predictions().values().stream()
                .map(Prediction::byLabel)
                .filter(map -> !map.isEmpty())
                .toList();
        assertThat(byLabel).containsExactly(Map.of("B-x", 0.25, "O", 0.75), Map.of("B-x", 0.75, "O", 0.25));
    }

    @Test
    void aPredictionIsJudgedByItsRow() {
        Fields labels = new Fields(Map.of("label", List.of("O")));
        Fields number = new Fields(Map.of("label", 2));
        Map<String, Double> found = new LinkedHashMap<>();
        predictions().forEach((task, said) -> {
            Fields row = task instanceof MultilabelTask ? labels : task instanceof RegressionTask ? number : ROW;
            Predictions judged = task.predictions(List.of(task.judge(row, said)));
            assertThat(task.judged()).isTrue();
            judged.metrics().entrySet().stream()
                    .limit(1)
                    .forEach(first ->
                            found.put(judged.task() + " " + first.getKey() + " " + found.size(), first.getValue()));
        });
        assertThat(found)
                .containsExactly(
                        Map.entry("single_label_classification accuracy 0", 1.0),
                        Map.entry("multi_label_classification f1_micro 1", 0.0),
                        Map.entry("regression mean_squared_error 2", 0.25),
                        Map.entry("token_classification f1 3", 1.0),
                        Map.entry("question_answering exact_match 4", 1.0),
                        Map.entry("text_generation exact_match 5", 1.0));
    }

    @Test
    void aLabelThatTheModelDoesNotKnowIsNamed() {
        Fields row = new Fields(Map.of("label", "else"));
        Task task = task(TaskName.CLASSIFICATION);
        Prediction said = new ClassificationTask.Label(LABELS, 0, new double[] {1, 0});
        assertThatThrownBy(() -> task.judge(row, said))
                .isInstanceOf(WeftException.class)
                .hasMessage("unknown label else in column label: the model knows B-x, O");
    }

    @Test
    void moreTextHasNothingToJudge() {
        Task text = task(TaskName.TEXT);
        assertThat(text.judged()).isFalse();
        assertThatThrownBy(() -> text.predictions(List.of()))
                .isInstanceOf(WeftException.class)
                .hasMessage("finetune.task=text has no answers to compare");
        assertThat(all().stream().filter(name -> task(name).converses()))
                .containsExactly(TaskName.INSTRUCTION, TaskName.PREFERENCE);
    }
}
