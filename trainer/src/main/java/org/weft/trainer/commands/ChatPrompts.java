package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.hub.StoredModel;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.ChatTokens;
import org.weft.tuning.finetune.ModelChat;

/**
 * What users say, as a model's chat template writes it: {@code generate --chat}.
 *
 * @param system the message before it; null for none
 */
record ChatPrompts(ChatTemplate template, TextTokenizer tokenizer, String system) {

    /**
     * Finds the template of a model.
     *
     * @param format that somebody names; null for the model's
     * @throws WeftException where it has none
     */
    static ChatPrompts of(Store store, StoredModel model, TextTokenizer tokenizer, String system, String format)
            throws IOException {
        String endOfText = tokenizer.decode(new int[] {tokenizer.endOfText()});
        ModelChat chat = ModelChat.of(store, model.config(), model.tokenizer().directory(), endOfText, format);
        ChatTemplate template = chat.template()
                .orElseThrow(() -> WeftException.usage(
                        "--chat: " + chat.why(),
                        "name a format with --chat-template (" + ChatFormat.keys() + "), or leave --chat out"));
        return new ChatPrompts(template, tokenizer, system);
    }

    /** Up to where the assistant is to answer; never none. */
    int[] tokens(String said) {
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(new ChatMessage(ChatMessage.SYSTEM, system));
        }
        messages.add(new ChatMessage(ChatMessage.USER, said));
        int[] ids =
                ChatTokens.of(tokenizer, template.prompt(new Chat(messages))).ids();
        return ids.length == 0 ? new int[] {tokenizer.endOfText()} : ids;
    }

    /** Strings that end an answer, beside some others. */
    List<String> stops(List<String> others) {
        List<String> stops = new ArrayList<>(others);
        stops.addAll(template.stops());
        return stops;
    }
}
