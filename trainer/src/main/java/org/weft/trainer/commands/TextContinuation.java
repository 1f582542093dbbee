package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenSpelling;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.GeneratedText;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.LogitsListener;
import org.weft.engine.sampling.TextStream;
import org.weft.engine.sampling.TokenGenerator;
import org.weft.engine.sampling.TokenScore;
import org.weft.hub.StoredModel;

/** Text out of a model, on this machine: what generate and quickstart have in common. One thread's. */
final class TextContinuation implements AutoCloseable {
    private final ModelReplica replica;
    private final TextTokenizer tokenizer;
    private final TokenGenerator generator;
    private final boolean answers;

    /** Owns replica and tokenizer from here on. */
    TextContinuation(ModelReplica replica, TextTokenizer tokenizer, int context) {
        this.replica = replica;
        this.tokenizer = tokenizer;
        this.generator = new TokenGenerator(replica, context, tokenizer.tokens());
        this.answers = replica.encodesSource();
    }

    /**
     * Opens a model and the tokenizer that it speaks.
     *
     * @throws WeftException where it predicts something else than the next token
     */
    static TextContinuation open(StoredModel model) throws IOException {
        WeftConfig config = model.config();
        if (!config.model().causal()) {
            throw WeftException.usage(
                    model.directory() + " continues no text: model.architecture="
                            + config.model().architecture() + " predicts masked tokens",
                    "weft fill --checkpoint " + model.directory() + " --text '... [MASK] ...'");
        }
        if (!config.finetune().generative()) {
            throw WeftException.usage(
                    model.directory() + " continues no text: it was fine-tuned to finetune.task="
                            + config.finetune().task().word(),
                    "weft predict --checkpoint " + model.directory() + " --input ... --output ...");
        }
        TextTokenizer tokenizer = TextTokenizer.of(model.tokenizer());
        return new TextContinuation(model.replica(), tokenizer, config.model().context());
    }

    /**
     * What follows a prompt.
     *
     * @param text without the prompt
     * @param tokens that the model chose for it
     * @param chosen each token with its alternatives, the one that ended the text among them; empty where nobody asked
     */
    record Continuation(String text, int tokens, FinishReason reason, List<ChosenToken> chosen) {
        Continuation(String text, int tokens, FinishReason reason) {
            this(text, tokens, reason, List.of());
        }
    }

    /** Told of texts as they grow; a text is named by its prompt's index. */
    interface Listener {
        /** How many of the most probable tokens are wanted of each place; 0 for none. */
        default int alternatives() {
            return 0;
        }

        /** The next piece of a text: whole characters, no part of a stop string. */
        default void piece(int prompt, String text) {
            // Who waits for whole texts needs none.
        }

        /** A text is whole. */
        default void whole(int prompt, Continuation continuation) {
            // The result has it too.
        }
    }

    /**
     * Continues prompts; an empty one starts a document.
     *
     * @param stops texts end before the first of these strings
     * @return what follows each, in their order
     */
    List<Continuation> generate(
            List<String> prompts, GenerationOptions options, List<String> stops, Listener listener) {
        List<int[]> starts = new ArrayList<>();
        int[][] encoded = tokenizer.encode(prompts);
        for (int[] tokens : encoded) {
            starts.add(answers ? read(tokens) : tokenizer.begun(tokens));
        }
        int[][] before = answers ? new int[encoded.length][0] : encoded;
        return generate(starts, options, new Streams(before, stops, listener));
    }

    /** Whether what is generated answers a prompt; otherwise it goes on with it. */
    boolean answers() {
        return answers;
    }

    /** What an encoder reads: a text with all that its tokenizer puts around it. */
    private int[] read(int[] tokens) {
        int[] framed = tokenizer.framed(tokens);
        return framed.length == 0 ? new int[] {tokenizer.endOfText()} : framed;
    }

    private List<Continuation> generate(List<int[]> starts, GenerationOptions options, Streams streams) {
        generator.generate(starts, options, streams);
        return List.of(streams.done);
    }

    /** How the model is spoken with; {@link ChatPrompts#of}. */
    ChatPrompts chats(Store store, StoredModel model, String system, String format) throws IOException {
        if (answers) {
            throw WeftException.usage(
                    "--chat is not of model.architecture="
                            + model.config().model().architecture() + ", which reads a text and writes another",
                    "leave --chat out");
        }
        return ChatPrompts.of(store, model, tokenizer, system, format);
    }

    /** As {@link #generate}, of what users say: the answers, without what ends them. */
    List<Continuation> answer(
            List<String> said, GenerationOptions options, List<String> stops, Listener listener, ChatPrompts chats) {
        List<int[]> starts = said.stream().map(chats::tokens).toList();
        return generate(starts, options, new Streams(new int[said.size()][0], chats.stops(stops), listener));
    }

    /** The texts of one call, from tokens to pieces. */
    private final class Streams implements GenerationListener {
        private final TextStream[] streams;
        private final Continuation[] done;
        private final List<List<ChosenToken>> chosen = new ArrayList<>(); // by prompt
        private final TokenSpelling spelling; // null where nobody asks for alternatives
        private final Listener listener;

        /** @param prompts those of what each follows; none where it begins a text */
        Streams(int[][] prompts, List<String> stops, Listener listener) {
            this.streams = new TextStream[prompts.length];
            this.done = new Continuation[prompts.length];
            this.listener = listener;
            this.spelling = listener.alternatives() == 0 ? null : new TokenSpelling(tokenizer);
            for (int i = 0; i < prompts.length; i++) {
                int prompt = i;
                streams[i] = new TextStream(tokenizer::decode, stops, piece -> listener.piece(prompt, piece));
                streams[i].follow(prompts[i]);
                chosen.add(new ArrayList<>());
            }
        }

        @Override
        public LogitsListener scores(int prompt) {
            return spelling == null
                    ? null
                    : (token, logits) -> chosen.get(prompt)
                            .add(ChosenToken.of(TokenScore.of(token, logits, listener.alternatives()), spelling));
        }

        @Override
        public boolean chosen(int prompt, int token) {
            return streams[prompt].token(token);
        }

        @Override
        public void ended(int prompt, GeneratedText generated) {
            if (generated.reason() != FinishReason.STOP_STRING) {
                streams[prompt].end();
            }
            done[prompt] = new Continuation(
                    streams[prompt].text(), generated.tokens().length, generated.reason(), chosen.get(prompt));
            streams[prompt] = null;
            listener.whole(prompt, done[prompt]);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        replica.close();
    }
}
