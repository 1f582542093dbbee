package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.TaskHead;
import org.weft.hub.SentenceModules;
import org.weft.hub.StoredModel;

/**
 * How texts become vectors.
 *
 * @param normalize whether vectors are scaled to length 1
 * @param prefix stands before each text
 * @param lowerCase whether texts are read in lower case
 * @param maxLength tokens of the longest text; 0 for the model's context
 */
public record Embedding(TaskHead.Pooling pooling, boolean normalize, String prefix, boolean lowerCase, int maxLength)
        implements Serializable {

    /** What is asked for of a command or a param; what is null or 0 is the model's to say. */
    public record Wish(Pooling pooling, Boolean normalize, String prompt, String prefix, int maxLength) {
        /** All as the model says. */
        public static final Wish NONE = new Wish(null, null, null, null, 0);
    }

    /** As a model says: what it was tuned to, or the modules of sentence-transformers that lie with it; else the usual. */
    public static Embedding of(StoredModel model) throws IOException {
        return of(model, Wish.NONE);
    }

    /**
     * As a model says, but for what somebody wishes otherwise.
     *
     * @throws WeftException where the wish cannot be granted
     */
    public static Embedding of(StoredModel model, Wish wish) throws IOException {
        WeftConfig config = model.config();
        if (config.model().encodesSource()) {
            throw WeftException.usage(
                    model.directory() + " reads a text and writes another: model.architecture="
                            + config.model().architecture() + " gives no vectors",
                    "take a model of one part, such as a BERT");
        }
        SentenceModules modules = model.sentences();
        FinetuneConfig tuned = config.finetune();
        boolean own = tuned.task() == TaskName.EMBEDDING;
        Pooling said = own ? tuned.pooling() : modules.pooling();
        Pooling pooling = wish.pooling() != null && wish.pooling() != Pooling.AUTO ? wish.pooling() : said;
        boolean normalize = wish.normalize() != null ? wish.normalize() : own ? tuned.normalize() : modules.normalize();
        if (wish.prefix() != null && wish.prompt() != null) {
            throw WeftException.usage(
                    "a prefix beside the prompt " + wish.prompt(), "give one of them: both stand before each text");
        }
        String prefix = wish.prefix() != null ? wish.prefix() : modules.prefix(wish.prompt(), model.directory());
        if (!prefix.isEmpty() && !modules.includesPrompt()) {
            throw WeftException.usage(
                    model.directory()
                            + " leaves its prompt out when it pools, which Weft does not (include_prompt: false)",
                    "give texts without a prompt");
        }
        int trained = own ? config.dataset().maxLength() : modules.maxLength();
        int context = config.model().context();
        if (wish.maxLength() < 0 || wish.maxLength() > context) {
            throw WeftException.usage(
                    "a longest text of " + wish.maxLength() + " tokens"
                            + (wish.maxLength() < 0 ? "" : " is more than the model sees, " + context),
                    "give 1 to " + context + ", or 0 for what the model says");
        }
        int length = wish.maxLength() > 0 ? wish.maxLength() : trained > 0 ? Math.min(trained, context) : 0;
        return new Embedding(resolved(pooling, config), normalize, prefix, modules.lowerCase(), length);
    }

    private static TaskHead.Pooling resolved(Pooling pooling, WeftConfig config) {
        TaskHead.Pooling usual = config.model().causal() ? TaskHead.Pooling.LAST : TaskHead.Pooling.MEAN;
        if (pooling == Pooling.FIRST && config.model().causal()) {
            throw WeftException.usage(
                    "pooling first: the first token of " + config.model().architecture() + " has seen nothing",
                    "pool the last token, or the mean");
        }
        return pooling == Pooling.AUTO ? usual : TaskHead.Pooling.valueOf(pooling.name());
    }

    Embedding withNormalize(boolean value) {
        return new Embedding(pooling, value, prefix, lowerCase, maxLength);
    }

    Embedding withMaxLength(int tokens) {
        return new Embedding(pooling, normalize, prefix, lowerCase, tokens > 0 ? tokens : maxLength);
    }
}
