package org.weft.serve;

import java.util.List;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.task.PredictionColumn;
import org.weft.tuning.task.Task;

/**
 * What a task reads of a request, and what it says.
 *
 * @param task its name, for people
 * @param input how an input is given
 * @param columns those of a row that the model was trained to read, in the order of {@link Input#names}
 * @param cells what its predictions hold, in their order: names that {@code predict} has for its columns
 * @param labelled whether each input as a whole gets labels
 */
public record PredictionShape(String task, Input input, List<String> columns, List<String> cells, boolean labelled) {

    /** How an input is given. */
    public enum Input {
        /** A text. */
        TEXT("text"),
        /** An object of two texts, as Hugging Face's pipelines take them. */
        PAIR("text", "text_pair"),
        /** Words, or a text whose blanks part them. */
        WORDS("words"),
        /** An object of a question and the passage that may answer it. */
        QUESTION("question", "context");

        private final List<String> names;

        Input(String... names) {
            this.names = List.of(names);
        }

        /** What a request calls its parts. */
        List<String> names() {
            return names;
        }
    }

    /** Of a model that was fine-tuned to a task with a head, but for vectors. */
    public static PredictionShape of(WeftConfig config) {
        TaskName name = config.finetune().task();
        Task task = Task.of(config);
        List<String> columns = task.inputColumns();
        Input input =
                switch (name) {
                    case TOKENS -> Input.WORDS;
                    case QA -> Input.QUESTION;
                    default -> columns.size() > 1 ? Input.PAIR : Input.TEXT;
                };
        List<String> cells =
                task.predictionColumns().stream().map(PredictionColumn::name).toList();
        boolean labelled = name.head().ofSequence() && task.hasLabels();
        return new PredictionShape(name.word(), input, columns, cells, labelled);
    }
}
