package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.Optional;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.ChatTemplateName;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.FormatTemplate;
import org.weft.tuning.chat.FoundTemplate;
import org.weft.tuning.task.Task;

/**
 * How a model is to be spoken with: as somebody wishes, else as it was fine-tuned, else as its own template has it.
 *
 * @param template empty where it has none that can be used
 * @param why there is none; empty where there is one
 */
public record ModelChat(Optional<ChatTemplate> template, String why) {

    /**
     * Of a model.
     *
     * @param directory of its tokenizer
     * @param endOfText how its tokenizer spells the token that ends a text
     * @param wish name of a format; null for none
     * @throws WeftException where there is no such format
     */
    public static ModelChat of(Store store, WeftConfig config, String directory, String endOfText, String wish)
            throws IOException {
        FinetuneConfig tuning = config.finetune();
        boolean tuned = Task.in(config).filter(Task::converses).isPresent();
        if (wish != null || tuned && tuning.chatTemplate() != ChatTemplateName.MODEL) {
            ChatFormat format = wish != null ? ChatFormat.named(wish) : Task.format(tuning);
            return new ModelChat(Optional.of(new FormatTemplate(format, endOfText)), "");
        }
        if (tuned) {
            return new ModelChat(Optional.of(Task.ownTemplate(tuning)), "");
        }
        FoundTemplate found = FoundTemplate.in(store, directory);
        String why = found.broken().isEmpty() ? directory + " has no chat template" : found.broken();
        return found.own().isPresent()
                ? new ModelChat(Optional.of(found.own().get()), "")
                : new ModelChat(Optional.empty(), why);
    }
}
