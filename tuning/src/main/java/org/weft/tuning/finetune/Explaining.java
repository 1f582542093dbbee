package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.hub.StoredModel;

/**
 * How worst rows are explained.
 *
 * @param steps of the integral; of no meaning to attention rollout
 */
public record Explaining(Method method, ExplanationSteps steps) implements Serializable {

    /** Which scores tokens get; named as the columns of {@code predict --explain} are. */
    public enum Method implements Word {
        /** Integrated gradients: they have a sign, and come to the difference that is explained. */
        ATTRIBUTIONS,
        /** What attention lets through: shares of 1. */
        ATTENTION_ROLLOUT
    }

    /**
     * Fails where a model's answers cannot be explained, before anything is computed.
     *
     * @param config that says how the model is asked
     */
    public static void require(StoredModel model, WeftConfig config) throws IOException {
        requireTask(model.directory(), config);
        if (model.keepsWholeNumbers()) {
            throw WeftException.usage(
                    "--explain: " + model.directory()
                            + " has weights that are whole numbers, and no gradients to explain it by",
                    "explain the model that it was quantised from");
        }
    }

    /**
     * Fails where a task's answers are not of a sequence as a whole.
     *
     * @param directory of the model, for errors
     */
    public static void requireTask(String directory, WeftConfig config) {
        if (!config.finetune().active()) {
            throw WeftException.usage(
                    "--explain: " + directory + " was not fine-tuned to a task",
                    "explained are classification, multilabel and regression");
        }
        if (!config.finetune().task().head().ofSequence()) {
            throw WeftException.usage(
                    "--explain: finetune.task=" + config.finetune().task().word() + " of " + directory
                            + " says nothing of a text as a whole",
                    "explained are classification, multilabel and regression");
        }
    }
}
