package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.ChatTemplateName;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatStyle;
import org.weft.tuning.chat.FoundTemplate;
import org.weft.tuning.chat.JinjaTemplate;

/**
 * Settles {@code finetune.chat_template}: what a run learns stands in its configuration, the text of the base's own template too,
 * with its special tokens in it. For one thread.
 */
record ChosenTemplate(Store store, BaseModel base, Consumer<String> notices) {

    WeftConfig in(WeftConfig config) throws IOException {
        FinetuneConfig tuning = config.finetune();
        if (config.model().encodesSource()) {
            return config; // what is read is written as it is
        }
        ChatTemplateName asked = tuning.chatTemplate();
        boolean converses = tuning.task().converses();
        boolean tools = converses && !config.dataset().toolsColumn().isEmpty();
        if (asked == ChatTemplateName.MODEL) {
            if (!converses) {
                return config;
            }
            return config.withFinetune(
                    tuning.withJinja(tuning.jinja().isEmpty() ? own(found()) : withTokens(tuning.jinja())));
        }
        FoundTemplate found = asked == ChatTemplateName.AUTO ? found() : FoundTemplate.named(asked.word());
        Optional<ChatStyle> style = found.style();
        boolean runs = converses && asked == ChatTemplateName.AUTO && (tools || style.isEmpty()) && found.exists();
        if (runs) {
            String template = own(found);
            notices.accept(
                    "conversations are written as the base's own chat template does it: finetune.chat_template=model");
            return config.withFinetune(tuning.withJinja(template));
        }
        if (tools) {
            throw WeftException.usage(
                    "dataset.tools_column=" + config.dataset().toolsColumn()
                            + " has no place in finetune.chat_template="
                            + style.map(ChatStyle::format)
                                    .orElse(ChatFormat.PLAIN)
                                    .key(),
                    "use finetune.chat_template=model, with a base whose template writes tools");
        }
        if (asked != ChatTemplateName.AUTO) {
            return config;
        }
        style.filter(own -> converses && !own.system().isEmpty())
                .ifPresent(own -> notices.accept(
                        "the system message that the base's chat template adds is not learnt: " + own.system()));
        ChatFormat format = style.map(ChatStyle::format).orElse(ChatFormat.PLAIN);
        return config.withFinetune(tuning.withChatTemplate(ChatTemplateName.valueOf(format.name())));
    }

    private FoundTemplate found() throws IOException {
        return FoundTemplate.in(store, base.tokenizer().directory());
    }

    /** The user's template with the base's special tokens in it, once: a run that goes on has them there already. */
    private String withTokens(String jinja) throws IOException {
        return FoundTemplate.written(store, base.tokenizer().directory(), jinja).withTokens();
    }

    private String own(FoundTemplate found) {
        return found.own()
                .map(JinjaTemplate::withTokens)
                .orElseThrow(() -> WeftException.invalidData(
                        found.broken().isEmpty()
                                ? base.tokenizer().directory() + " has no chat template"
                                : found.broken(),
                        "name a format with finetune.chat_template (" + ChatFormat.keys()
                                + "), or give a template in finetune.jinja"));
    }
}
