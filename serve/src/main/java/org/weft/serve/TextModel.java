package org.weft.serve;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.tuning.chat.ChatTemplate;

/**
 * A model that continues text. Closing it closes the tokenizer; the replica is the server's to open and close.
 *
 * @param tokenizer shared by all threads
 * @param context tokens that the model sees at once: prompt and text together
 * @param defaults how its own file wants texts to be generated where a request does not say
 * @param chat how it was taught to converse; empty where it was not, or nobody knows
 * @param noChat why chats are refused, and the way out; empty where they are not
 * @param replica opens the model on the thread that calls it, which owns it from there on
 */
public record TextModel(
        String name,
        String fingerprint,
        TextTokenizer tokenizer,
        int context,
        GenerationDefaults defaults,
        Optional<ChatTemplate> chat,
        String noChat,
        Callable<ModelReplica> replica)
        implements ServedModel {

    /** As one whose own file says nothing of how texts are generated. */
    public TextModel(
            String name,
            String fingerprint,
            TextTokenizer tokenizer,
            int context,
            Optional<ChatTemplate> chat,
            String noChat,
            Callable<ModelReplica> replica) {
        this(name, fingerprint, tokenizer, context, GenerationDefaults.NONE, chat, noChat, replica);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
