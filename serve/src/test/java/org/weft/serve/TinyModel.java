package org.weft.serve;

import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.TorchReplica;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.FormatTemplate;

/** A GPT of random parameters over the words w0, w1, …, which never ends a text by itself. */
final class TinyModel {
    static final int CONTEXT = 60_000; // whoever asks for as much waits for minutes
    static final String NAME = "tiny";
    private static final int WORDS = 40;

    private TinyModel() {}

    static TextModel withChat() {
        return open(Optional.of(new FormatTemplate(ChatFormat.PLAIN, "<|endoftext|>")), CONTEXT);
    }

    static TextModel withoutChat(int context) {
        return open(Optional.empty(), context);
    }

    /** One that may end a text as well as go on. */
    static TextModel thatEnds() {
        return new TextModel(
                NAME,
                "",
                tokenizer(),
                CONTEXT,
                GenerationDefaults.NONE,
                Optional.empty(),
                "",
                () -> replica(CONTEXT, 0));
    }

    private static TextModel open(Optional<ChatTemplate> chat, int context) {
        return new TextModel(
                NAME,
                "cafe",
                tokenizer(),
                context,
                GenerationDefaults.NONE,
                chat,
                "tiny has no chat template",
                () -> replica(context));
    }

    /** @param special words that only a template may write */
    static TextTokenizer tokenizer(String... special) {
        String words = IntStream.range(0, WORDS - 1)
                .mapToObj(word -> "\"w" + word + "\":" + word + ",")
                .collect(Collectors.joining());
        String added = Stream.of(special)
                .map(
                        word -> "{\"id\":" + word.substring(1) + ",\"content\":\"" + word
                                + "\",\"single_word\":true,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true},")
                .collect(Collectors.joining());
        String json = """
                {"version":"1.0","added_tokens":[%3$s{"id":%1$d,"content":"<|endoftext|>","single_word":false,"lstrip":false,
                 "rstrip":false,"normalized":false,"special":true}],"normalizer":null,
                 "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
                 "model":{"type":"WordLevel","unk_token":"w0","vocab":{%2$s"<|endoftext|>":%1$d}}}
                """.formatted(WORDS - 1, words, added);
        return TextTokenizer.of(json.getBytes(StandardCharsets.UTF_8), "tiny");
    }

    static ModelReplica replica(int context) {
        return replica(context, -9);
    }

    private static ModelReplica replica(int context, float endOfText) {
        ModelShape shape = new ModelShape(ModelConfig.gpt2(1, 16, 2, context, 0), WORDS);
        ModelReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1));
        int size = (int) shape.layout().size();
        FloatBuffer parameters = replica.parameters(0, size).asFloatBuffer();
        Initialization.fill(shape.layout(), 3, 0, parameters);
        for (int i = 0; i < size; i++) {
            parameters.put(i, parameters.get(i) + (float) (0.2 * Math.sin(i * 7.0)));
        }
        // The last element of what the head sees is 30, and of all tokens that ends a text alone hates it.
        for (int word = 0; word < WORDS; word++) {
            parameters.put(offset(shape, "wte.weight") + word * 16 + 15, word == WORDS - 1 ? endOfText : 0f);
        }
        parameters.put(offset(shape, "ln_f.bias") + 15, 30f);
        replica.parametersWritten(0, size);
        return replica;
    }

    private static int offset(ModelShape shape, String name) {
        return shape.layout().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .mapToInt(parameter -> (int) parameter.offset())
                .findFirst()
                .orElseThrow();
    }
}
