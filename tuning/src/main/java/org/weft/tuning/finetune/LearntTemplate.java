package org.weft.tuning.finetune;

import java.io.IOException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.ChatTemplateName;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatStyle;
import org.weft.tuning.chat.FoundTemplate;
import org.weft.tuning.chat.JinjaTemplate;
import org.weft.tuning.task.Task;

/** The chat template that a model was tuned with, for those who speak with it elsewhere. */
public final class LearntTemplate {
    private LearntTemplate() {}

    /**
     * In Jinja; empty where the model was tuned on no conversations, or on the template that it came with.
     *
     * @param directory of its tokenizer, which the template that it came with lies beside
     */
    public static String of(Store store, WeftConfig config, String directory) throws IOException {
        FinetuneConfig tuning = config.finetune();
        if (Task.in(config).filter(Task::converses).isEmpty()) {
            return "";
        }
        FoundTemplate base = FoundTemplate.in(store, directory);
        if (tuning.chatTemplate() == ChatTemplateName.MODEL) {
            boolean same = base.own()
                    .map(JinjaTemplate::withTokens)
                    .filter(tuning.jinja()::equals)
                    .isPresent();
            return same ? "" : tuning.jinja();
        }
        ChatFormat format = Task.format(tuning);
        boolean same = base.style().filter(ChatStyle.of(format)::equals).isPresent(); // and adds no words
        return same ? "" : format.jinja();
    }
}
