package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;

/** Who says how a model is spoken with: a wish, what it learnt, its own template. */
class ModelChatTest {
    @TempDir
    Path directory;

    private ModelChat chat(String wish, String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of("run.dir=/nowhere"));
        all.addAll(List.of(settings));
        WeftConfig config = ConfigLoader.load("test", "", all);
        return ModelChat.of(HadoopStore.local(), config, "file://" + directory, "</s>", wish);
    }

    private static String asked(ModelChat chat) {
        Chat asked = new Chat(List.of(new ChatMessage("user", "Hi")));
        StringBuilder text = new StringBuilder();
        chat.template().orElseThrow().prompt(asked).stream()
                .map(ChatSegment::text)
                .forEach(text::append);
        return text.toString();
    }

    @Test
    void aWishThenWhatWasLearntThenItsOwn() throws IOException {
        assertThat(chat(null).template()).isEmpty();
        assertThat(chat(null).why()).endsWith(" has no chat template");
        Files.writeString(directory.resolve("chat_template.jinja"), "own {{ messages[0].content }}");
        assertThat(asked(chat(null))).isEqualTo("own Hi");
        String[] tuned = {"finetune.task=instruction", "finetune.from=/base", "finetune.chat_template=plain"};
        assertThat(asked(chat(null, tuned))).isEqualTo("User: Hi\nAssistant:");
        String[] earlier = {"finetune.task=instruction", "finetune.from=/base", "finetune.chat_template=auto"};
        assertThat(asked(chat(null, earlier))).isEqualTo("User: Hi\nAssistant:");
        String[] model = {
            "finetune.task=instruction",
            "finetune.from=/base",
            "finetune.chat_template=model",
            "finetune.jinja=learnt on {{ strftime_now('%d %b') }}",
            "finetune.chat_date='2024-07-26'"
        };
        assertThat(asked(chat(null, model))).isEqualTo("learnt on 26 Jul");
        assertThat(asked(chat("plain", model))).isEqualTo("User: Hi\nAssistant:");
        assertThatThrownBy(() -> chat("alpaca")).hasMessage("there is no chat template alpaca");
        Files.writeString(directory.resolve("chat_template.jinja"), "{{ own");
        assertThat(chat(null).why()).contains("chat_template.jinja: the chat template cannot be read: ");
    }
}
