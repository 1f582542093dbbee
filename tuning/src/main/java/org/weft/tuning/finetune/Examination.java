package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.engine.sampling.BeamOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.CheckedRows;
import org.weft.tuning.metrics.ChoicePredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.ChoiceText;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Labels;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.Task;

/** What a model is asked about rows, and what its answers are worth. */
public interface Examination extends Serializable {

    /** What the model is and how its rows are read. */
    WeftConfig config();

    /** As titles show it. */
    String name();

    /** What else a report is to say of how rows are judged, by name. */
    default Map<String, String> facts() {
        return Map.of();
    }

    /** The columns that rows must have. */
    List<String> columns();

    /** Those of them that the model reads. */
    List<String> inputColumns();

    /** The columns that have texts: those that {@code dataset.privacy} is about. */
    default List<String> textColumns() {
        return inputColumns();
    }

    /** What a row must be to be judged, as far as no model is needed to tell. */
    CheckedRows.Check check();

    /**
     * The model; the calling thread owns it and closes it.
     *
     * @param batch rows that are computed together
     */
    RowJudge open(StoredModel model, int batch) throws IOException;

    /** Numbers of a row that an evaluation brings back to the driver: a probability for each label. */
    default int numbers() {
        return config().finetune().labels().size();
    }

    /** Whether each row is compared with each other one, on the driver. */
    default boolean comparesRows() {
        return config().finetune().task() == TaskName.EMBEDDING;
    }

    /** Whether rows are of classes or have labels, so that groups of them can be compared by class. */
    default boolean comparesGroups() {
        return false;
    }

    /** The rows of an evaluation; all are of a judge that {@link #open} gave. */
    Predictions predictions(List<Predictions.Row> judged);

    /**
     * The task that a model was fine-tuned to.
     *
     * @param rows whose section dataset says what columns are called
     * @param beams how texts are searched for, where the task generates them
     */
    static Examination ofTask(StoredModel model, WeftConfig rows, BeamOptions beams) {
        WeftConfig config = TaskModel.config(model, rows);
        if (!config.finetune().active()) {
            throw WeftException.usage(
                    model.directory() + " was not fine-tuned to a task", "leave --input out or give text");
        }
        Task.of(config).requireJudgeable();
        return new OfTask(config, beams);
    }

    /**
     * Pairs of answers, which a model was tuned to tell apart.
     *
     * @param rows whose section dataset says what columns are called
     * @param notices told where the model that it was tuned from is not the run's own
     */
    static Examination ofPairs(Store store, StoredModel model, WeftConfig rows, Consumer<String> notices)
            throws IOException {
        return new OfPairs(model.config().withDataset(rows.dataset()), ReferenceModel.of(store, model, notices));
    }

    /**
     * Questions with several answers, of which a language model takes the likeliest.
     *
     * @param rows whose section dataset says what columns are called
     */
    static Examination ofChoices(StoredModel model, WeftConfig rows) {
        WeftConfig config = model.config().withDataset(rows.dataset());
        if (!config.finetune().generative() || !config.model().continuesText()) {
            throw WeftException.usage(
                    model.directory() + " does not predict the next token: it gives answers no likelihood",
                    "--choices is for language models: GPT-2 or Llama, pre-trained or tuned on instructions or text");
        }
        return new OfChoices(config);
    }

    /** Of rows that a model's own task reads and judges. */
    interface OfOwnTask extends Examination {
        @Override
        default String name() {
            return config().finetune().task().word();
        }

        @Override
        default List<String> columns() {
            return Task.of(config()).columns();
        }

        @Override
        default List<String> inputColumns() {
            return Task.of(config()).inputColumns();
        }

        @Override
        default List<String> textColumns() {
            return Task.of(config()).writtenColumns();
        }

        @Override
        default CheckedRows.Check check() {
            Task task = Task.of(config());
            Labels labels = Labels.of(config().finetune().labels());
            return row -> {
                task.check(row, true);
                task.labels(row).forEach(label -> labels.index(label, row));
            };
        }

        @Override
        default Predictions predictions(List<Predictions.Row> judged) {
            return Task.of(config()).predictions(judged);
        }
    }

    /** A fine-tuned model's own task. */
    record OfTask(WeftConfig config, BeamOptions beams) implements OfOwnTask {
        @Override
        public Map<String, String> facts() {
            return beams.searches()
                    ? Map.of(
                            "beam search",
                            beams.beams() + " beams, length penalty " + beams.lengthPenalty() + ", early stopping "
                                    + beams.ending().word())
                    : Map.of();
        }

        @Override
        public boolean comparesGroups() {
            TaskName task = config.finetune().task();
            return task == TaskName.CLASSIFICATION || task == TaskName.MULTILABEL;
        }

        /** Of vectors two, in single precision. */
        @Override
        public int numbers() {
            boolean vectors = config.finetune().task() == TaskName.EMBEDDING;
            return vectors ? config.model().width() : OfOwnTask.super.numbers();
        }

        @Override
        public RowJudge open(StoredModel model, int batch) throws IOException {
            Task task = Task.of(config);
            RowModel answers = RowModel.open(model, config, beams, batch);
            return new RowJudge() {
                @Override
                public List<Predictions.Row> judge(List<Fields> rows) {
                    List<Prediction> said = answers.predict(rows);
                    return IntStream.range(0, rows.size())
                            .mapToObj(i -> task.judge(rows.get(i), said.get(i)))
                            .toList();
                }

                @Override
                public void close() {
                    answers.close();
                }
            };
        }
    }

    /** Two answers, and how likely the model makes them beside the one that it was tuned from. */
    record OfPairs(WeftConfig config, ReferenceModel start) implements OfOwnTask {
        @Override
        public Map<String, String> facts() {
            return Map.of("reference", start.directory());
        }

        @Override
        public RowJudge open(StoredModel model, int batch) throws IOException {
            return PreferenceJudge.open(model, start, config, batch);
        }
    }

    /** The likelihood of each of several answers. */
    record OfChoices(WeftConfig config) implements Examination {
        @Override
        public String name() {
            return "multiple choice";
        }

        @Override
        public List<String> columns() {
            return List.of(
                    config.dataset().promptColumn(),
                    config.dataset().choicesColumn(),
                    config.dataset().labelColumn());
        }

        @Override
        public List<String> inputColumns() {
            return List.of(config.dataset().promptColumn(), config.dataset().choicesColumn());
        }

        @Override
        public CheckedRows.Check check() {
            DatasetConfig dataset = config.dataset();
            return row -> {
                row.text(dataset.promptColumn());
                ChoiceText.right(row, row.strings(dataset.choicesColumn()), dataset);
            };
        }

        @Override
        public RowJudge open(StoredModel model, int batch) throws IOException {
            return ChoiceJudge.open(model, config);
        }

        @Override
        public Predictions predictions(List<Predictions.Row> judged) {
            return ChoicePredictions.of(Predictions.rows(judged, ChoicePredictions.Row.class));
        }
    }
}
