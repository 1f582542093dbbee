package org.weft.trainer.commands;

import java.io.IOException;
import java.util.Locale;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.hub.StoredModel;
import org.weft.tuning.finetune.Explaining;
import org.weft.tuning.finetune.Explaining.Method;
import org.weft.tuning.finetune.ExplanationSteps;
import picocli.CommandLine.Option;

/** {@code --explain}: how much each token of the worst rows of an evaluation has to do with what the model says of them. */
public final class ExplainOption {
    private static final String NAME = "--explain";
    private static final String STEPS = "--explain-steps";
    private static final int MOST_STEPS = 10_000;

    @Option(
            names = NAME,
            paramLabel = "METHOD",
            description =
                    "Tell of each token of the worst rows how much it has to do with what the model says: attributions (integrated"
                            + " gradients) or attention_rollout, as predict --explain has them. Of classification, multilabel and"
                            + " regression.")
    private String method;

    @Option(
            names = STEPS,
            paramLabel = "N",
            description =
                    "With --explain attributions: points of the integral, whatever they miss. If not given 50, and more until"
                            + " attributions are complete to 0.001.")
    private Integer steps;

    boolean isGiven() {
        return method != null;
    }

    /** Fails where what was given means nothing. */
    void require() {
        if (steps == null && method == null) {
            return;
        }
        if (method == null) {
            throw WeftException.usage(
                    STEPS + " changes nothing without " + NAME, "add " + NAME + " attributions, or leave it out");
        }
        Method chosen = method();
        if (steps != null && chosen == Method.ATTENTION_ROLLOUT) {
            throw WeftException.usage(
                    STEPS + " changes nothing with " + NAME + " attention_rollout",
                    "rollout has no integral: leave it out");
        }
        requireSteps(steps);
    }

    /** What predict has, too. */
    static void requireSteps(Integer steps) {
        if (steps != null && (steps < 1 || steps > MOST_STEPS)) {
            throw WeftException.usage(STEPS + " " + steps + " must be from 1 to " + MOST_STEPS, "50 is usual");
        }
    }

    /** Fails where it stands beside what has no worst rows that could be explained. */
    void refuseBeside(String what) {
        if (isGiven()) {
            throw WeftException.usage(
                    NAME + " " + method + " beside " + what + ": there is no page of worst rows to explain",
                    "leave one of them out");
        }
    }

    /** Fails where a task's answers have no explanation. */
    void requireTask(String directory, WeftConfig config) {
        if (isGiven()) {
            Explaining.requireTask(directory, config);
        }
    }

    /** Fails where a model's answers have none. */
    void requireModel(StoredModel model, WeftConfig config) throws IOException {
        if (isGiven()) {
            Explaining.require(model, config);
        }
    }

    /** How rows are explained; null where they are not. */
    Explaining how() {
        if (!isGiven()) {
            return null;
        }
        if (method() == Method.ATTENTION_ROLLOUT) {
            return new Explaining(
                    Method.ATTENTION_ROLLOUT, ExplanationSteps.exactly(1)); // its integral is shown nobody
        }
        return new Explaining(Method.ATTRIBUTIONS, ExplanationSteps.of(steps));
    }

    private Method method() {
        for (Method each : Method.values()) {
            if (each.word().equals(method.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw WeftException.usage(
                NAME + " " + method + " is no method", "give one of " + String.join(", ", Word.all(Method.class)));
    }
}
