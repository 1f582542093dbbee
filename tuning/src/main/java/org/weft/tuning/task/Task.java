package org.weft.tuning.task;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.JinjaTemplate;
import org.weft.tuning.metrics.Predictions;

/**
 * What a model is fine-tuned to do: every decision of one task but its head, which {@link FinetuneConfig.TaskName} names.
 * Immutable; travels to executors and is safe for use by many threads.
 *
 * <p>A row that cannot be read (a null, an unknown label) is a {@link WeftException} that shows it.
 */
public interface Task extends Serializable {

    /** Columns that the model reads: they tell one example from another. */
    List<String> inputColumns();

    /** Columns that say what is to be learnt. */
    List<String> targetColumns();

    /** All of them. */
    default List<String> columns() {
        return Stream.concat(inputColumns().stream(), targetColumns().stream())
                .distinct()
                .toList();
    }

    /** Whether the model's outputs stand for labels. */
    default boolean hasLabels() {
        return false;
    }

    /** Labels that a row names, each as often as it does; none where the task has no labels. */
    default List<String> labels(Fields row) {
        return List.of();
    }

    /** A row's group, with its label where that counts; empty where nobody asks for groups, or the row has none. */
    default Optional<GroupCounts.Cell> cell(Fields row) {
        return Optional.empty();
    }

    /** The same, where it is known how many training rows each group has. */
    default Task counting(GroupCounts found) {
        return this;
    }

    /** What there is to say of groups before anything is trained. */
    default List<String> toldOfGroups() {
        return List.of();
    }

    /**
     * How often training sees a row.
     *
     * @param key what tells the row from others
     */
    default int times(Fields row, byte[] key) {
        return 1;
    }

    /** The row in the form that tells it from others, where files may write one thing in several. */
    default Fields canonical(Fields row) {
        return row;
    }

    /**
     * Fails where a row cannot be used, as far as no tokenizer is needed to tell.
     *
     * @param labelled whether target columns are read
     * @throws WeftException that shows the row
     */
    void check(Fields row, boolean labelled);

    /** Whether a row says that nothing answers its question. */
    default boolean unanswerable(Fields row) {
        return false;
    }

    /** Fails where predictions of these labels could not be judged. */
    default void requireJudgeable() {}

    /** Those that hold one text each: JSON must have strings there. */
    default List<String> textColumns() {
        return inputColumns();
    }

    /** Those in which people wrote something, at whatever depth: what {@code dataset.privacy} is about. */
    default List<String> writtenColumns() {
        return Stream.concat(inputColumns().stream(), textColumns().stream())
                .distinct()
                .toList();
    }

    /** Whether a row's texts are all empty or blank. */
    default boolean empty(Fields row) {
        return !textColumns().isEmpty()
                && textColumns().stream().allMatch(column -> row.get(column) instanceof String text && text.isBlank());
    }

    /**
     * A row as an example.
     *
     * @param labelled whether target columns are read; without, the example has neither targets nor labels
     */
    Encoded encode(Fields row, Encoder encoder, boolean labelled);

    /**
     * The tokens of a row's one example with their places in its text.
     *
     * @throws UnsupportedOperationException where a row is no text and no pair of texts with a head that judges it as a whole
     */
    default ReadText read(Fields row, Encoder encoder) {
        throw new UnsupportedOperationException("a row of this task is no text that is judged as a whole");
    }

    /** All examples that a row becomes: one, but for long documents and passages. */
    default List<Encoded> encodeAll(Fields row, Encoder encoder, boolean labelled) {
        return List.of(encode(row, encoder, labelled));
    }

    /** How many examples {@link #encodeAll} makes of a row that a head answers, without making them. */
    default int examples(Fields row, Encoder encoder) {
        return 1;
    }

    /** Whether the model was tuned on messages, and so speaks as {@code finetune.chat_template} has them written. */
    default boolean converses() {
        return false;
    }

    /** A row without what the model is to say, where that stands among what it reads. */
    default Fields asked(Fields row) {
        return row;
    }

    /** The columns that a prediction adds to its row; none where tokens are predicted. */
    default List<PredictionColumn> predictionColumns() {
        return List.of();
    }

    /**
     * What the outputs of the task's head say of a row.
     *
     * @param encoded what {@link #encode} made of the row
     * @param outputs (K) where the sequence has labels; (T, K) for tokens and qa, T being the example's length
     * @throws UnsupportedOperationException where tokens are predicted
     */
    default Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        throw new UnsupportedOperationException("a task that predicts tokens generates: it has nothing to decode");
    }

    /**
     * What the outputs of all the examples say of a row that {@link #encodeAll} made of it, in their order.
     *
     * @throws UnsupportedOperationException where tokens are predicted
     */
    default Prediction decodeAll(Fields row, List<Encoded> encoded, List<float[]> outputs) {
        return decode(row, encoded.get(0), outputs.get(0));
    }

    /**
     * What a model says that predicts tokens.
     *
     * @param generated the text that follows {@link #asked}
     * @throws UnsupportedOperationException where the task has a head
     */
    default Prediction said(String generated) {
        throw new UnsupportedOperationException("a task with a head generates nothing");
    }

    /** Whether rows say what is right, so that predictions can be judged. */
    default boolean judged() {
        return true;
    }

    /**
     * A prediction beside what its row says is right.
     *
     * @throws WeftException where the row cannot be read, or nothing is {@link #judged}
     */
    Predictions.Row judge(Fields row, Prediction said);

    /** The rows of an evaluation; all are of {@link #judge}. */
    Predictions predictions(List<Predictions.Row> judged);

    /** How messages are written; {@code auto} is settled before a run starts, and plain where it never was. */
    static Conversation conversation(WeftConfig config) {
        FinetuneConfig tuning = config.finetune();
        return switch (tuning.chatTemplate()) {
            case MODEL ->
                new TemplateConversation(ownTemplate(tuning), config.dataset().maskHistory());
            default -> new ChatConversation(format(tuning));
        };
    }

    /** The format that conversations were learnt in; {@code auto} in a record is of a time when that was the plain one. */
    static ChatFormat format(FinetuneConfig tuning) {
        return tuning.chatTemplate() == FinetuneConfig.ChatTemplateName.AUTO
                ? ChatFormat.PLAIN
                : ChatFormat.named(tuning.chatTemplate().word());
    }

    /** The template of {@code finetune.jinja}, which writes the same on every day. */
    static JinjaTemplate ownTemplate(FinetuneConfig tuning) {
        LocalDate day = tuning.chatDate().isEmpty() ? null : LocalDate.parse(tuning.chatDate());
        return JinjaTemplate.of(tuning.jinja(), Map.of()).on(day);
    }

    /** The task of a configuration, as {@link #of(WeftConfig)} has it; empty where nothing is fine-tuned. */
    static Optional<Task> in(WeftConfig config) {
        return config.finetune().active() ? Optional.of(of(config)) : Optional.empty();
    }

    /** The task of a configuration, with the labels of {@code finetune.labels}, which count alike. */
    static Task of(WeftConfig config) {
        return of(config, Labels.of(config.finetune().labels()));
    }

    /** The task of a configuration with labels and their weights. */
    static Task of(WeftConfig config, Labels labels) {
        if (config.model().encodesSource() && config.finetune().task() == FinetuneConfig.TaskName.INSTRUCTION) {
            AnswerTask.requireTexts(config.dataset(), config.model().architecture());
            return new AnswerTask(config.dataset());
        }
        Task task = of(config.finetune().task(), config.dataset(), labels, conversation(config));
        return GroupedTask.of(task, config);
    }

    /**
     * The class that stands for a task's name.
     *
     * @param conversation how messages become text
     */
    static Task of(FinetuneConfig.TaskName name, DatasetConfig dataset, Labels labels, Conversation conversation) {
        return switch (name) {
            case NONE ->
                throw WeftException.usage(
                        "finetune.task is not set",
                        "say what is to be learnt, such as --set finetune.task=classification");
            case CLASSIFICATION -> new ClassificationTask(dataset, labels);
            case MULTILABEL -> new MultilabelTask(dataset, labels);
            case REGRESSION -> new RegressionTask(dataset);
            case TOKENS -> new TokensTask(dataset, labels);
            case QA -> new QaTask(dataset);
            case INSTRUCTION -> new InstructionTask(dataset, conversation);
            case EMBEDDING -> new EmbeddingTask(dataset);
            case PREFERENCE -> new PreferenceTask(dataset, conversation);
            case TEXT -> new TextTask(dataset);
        };
    }
}
