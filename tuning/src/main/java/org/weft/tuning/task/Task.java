package org.weft.tuning.task;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.chat.ChatFormat;

/**
 * What a model is fine-tuned to do. Immutable; travels to executors and is safe for use by many threads.
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

    /** K: outputs of the task's head, for a sequence or for each of its tokens; 0 where tokens are predicted. */
    int outputs();

    /**
     * A row as an example.
     *
     * @param labelled whether target columns are read; without, the example has neither targets nor labels
     */
    Encoded encode(Fields row, Encoder encoder, boolean labelled);

    /** All examples that a row becomes for training: one, but for long documents. */
    default List<Encoded> encodeAll(Fields row, Encoder encoder) {
        return List.of(encode(row, encoder, true));
    }

    /** Why rows are left out: ends the sentence "3 rows left out: ...". */
    default String leftOutBecause() {
        return "nothing to learn is left within dataset.max_length";
    }

    /**
     * What a model's outputs say of a row.
     *
     * @param encoded what {@link #encode} made of the row
     * @param outputs (K) where the sequence has labels; (T, K) for tokens and qa, T being the example's length
     * @throws UnsupportedOperationException where tokens are predicted
     */
    default Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        throw new UnsupportedOperationException("a task that predicts tokens generates: it has nothing to decode");
    }

    /** How messages are written; {@code auto} is settled before a run starts, and plain where it never was. */
    static Conversation conversation(WeftConfig config) {
        String template = config.finetune().chatTemplate();
        return new ChatConversation(template.equals("auto") ? ChatFormat.PLAIN : ChatFormat.named(template));
    }

    /** The task of a configuration, with the labels of {@code finetune.labels}, which count alike. */
    static Task of(WeftConfig config) {
        return of(config, Labels.of(config.finetune().labels()));
    }

    /** The task of a configuration with labels and their weights. */
    static Task of(WeftConfig config, Labels labels) {
        return of(config, labels, conversation(config));
    }

    /**
     * The task of a configuration with labels and their weights.
     *
     * @param conversation how an instruction's messages become text
     */
    static Task of(WeftConfig config, Labels labels, Conversation conversation) {
        return switch (config.finetune().task()) {
            case FinetuneConfig.CLASSIFICATION -> new ClassificationTask(config.dataset(), labels);
            case FinetuneConfig.MULTILABEL -> new MultilabelTask(config.dataset(), labels);
            case FinetuneConfig.REGRESSION -> new RegressionTask(config.dataset());
            case FinetuneConfig.TOKENS -> new TokensTask(config.dataset(), labels);
            case FinetuneConfig.QA -> new QaTask(config.dataset());
            case FinetuneConfig.INSTRUCTION -> new InstructionTask(config.dataset(), conversation);
            case FinetuneConfig.TEXT -> new TextTask(config.dataset());
            default ->
                throw WeftException.usage(
                        "finetune.task=" + config.finetune().task() + " is no task", "see docs/configuration.md");
        };
    }
}
