package org.weft.trainer.commands;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.ModelTokenizer;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.trainer.corpus.TextTokenizer;
import org.weft.worker.engine.ModelReplica;
import org.weft.worker.sample.SamplingOptions;
import org.weft.worker.sample.TokenGenerator;

/** Text out of a checkpoint, on this machine: what generate and quickstart have in common. One thread's. */
final class Generation implements AutoCloseable {
    private final ModelReplica replica;
    private final TextTokenizer tokenizer;
    private final TokenGenerator generator;

    private Generation(ModelReplica replica, TextTokenizer tokenizer, int context) {
        this.replica = replica;
        this.tokenizer = tokenizer;
        this.generator = new TokenGenerator(replica, context, tokenizer.endOfText());
    }

    /** Loads a checkpoint and the tokenizer that its model speaks. */
    static Generation open(Store store, Checkpoint checkpoint) throws IOException {
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        ModelTokenizer found = ModelTokenizer.of(store, checkpoint);
        TextTokenizer tokenizer = TextTokenizer.of(found.json(), found.path());
        return new Generation(
                ReplicaLoader.open(store, checkpoint), tokenizer, config.model().context());
    }

    /**
     * Continues a prompt; an empty one starts a document. Streams text as soon as it is whole characters.
     *
     * @return the text, prompt included
     */
    String generate(String prompt, int maxNewTokens, SamplingOptions options, Consumer<String> onText) {
        int[] start = prompt.isEmpty() ? new int[] {tokenizer.endOfText()} : tokenizer.encode(prompt);
        TextStream stream = new TextStream(maxNewTokens, onText);
        onText.accept(prompt);
        generator.generate(start, maxNewTokens, options, stream::token);
        return prompt + stream.end();
    }

    /** Decodes new tokens as they come; a character whose bytes are not all there yet waits for the next token. */
    private final class TextStream {
        private static final char REPLACEMENT = '\uFFFD';
        private final int[] tokens;
        private final Consumer<String> onText;
        private int count;
        private String shown = "";

        TextStream(int maxNewTokens, Consumer<String> onText) {
            this.tokens = new int[maxNewTokens];
            this.onText = onText;
        }

        void token(int token) {
            if (token == tokenizer.endOfText()) {
                return;
            }
            tokens[count++] = token;
            String text = tokenizer.decode(Arrays.copyOf(tokens, count));
            if (!text.isEmpty() && text.charAt(text.length() - 1) != REPLACEMENT) {
                show(text);
            }
        }

        private void show(String text) {
            onText.accept(text.substring(Math.min(shown.length(), text.length())));
            shown = text;
        }

        String end() {
            if (count > 0) {
                show(tokenizer.decode(Arrays.copyOf(tokens, count)));
            }
            return shown;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        replica.close();
    }
}
