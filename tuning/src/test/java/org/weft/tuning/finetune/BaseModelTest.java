package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.ChatTemplateName;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.core.tokens.TokenizerFile;
import org.weft.hub.SentenceModules;
import org.weft.tuning.chat.ChatFormat;

/** A base model's chat template, for those who learn conversations. */
class BaseModelTest {
    private final List<String> notices = new ArrayList<>();

    @TempDir
    Path directory;

    private ChatTemplateName template(String task, String jinja) throws IOException {
        return chosen(task, jinja).chatTemplate();
    }

    private FinetuneConfig chosen(String task, String jinja, String... more) throws IOException {
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                new ObjectMapper()
                        .createObjectNode()
                        .put("chat_template", jinja)
                        .put("eos_token", "</s>")
                        .toString());
        List<String> overrides =
                new ArrayList<>(List.of("run.dir=/nowhere", "finetune.from=/base", "finetune.task=" + task));
        overrides.add("dataset.train=/rows");
        overrides.addAll(List.of(more));
        if (task.equals("instruction")) {
            overrides.add("dataset.messages_column=messages");
        }
        WeftConfig config = ConfigLoader.load("test", "", overrides);
        String from = "file://" + directory;
        BaseModel base = new BaseModel(
                from,
                null,
                config.model(),
                10,
                config.finetune(),
                new TokenizerFile(new byte[0], from + "/tokenizer.json"));
        return base.withChatTemplate(HadoopStore.local(), config, notices::add).finetune();
    }

    @Test
    void conversationsAreLearntInATemplateThatIsKnown() throws IOException {
        assertThat(template("instruction", ChatFormat.CHATML.jinja())).isEqualTo(ChatTemplateName.CHATML);
        assertThat(notices).isEmpty();
    }

    @Test
    void aTemplateOfNoKnownFormatIsRun() throws IOException {
        FinetuneConfig own = chosen("instruction", "{{ messages }}{{ eos_token }}");
        assertThat(own.chatTemplate()).isEqualTo(ChatTemplateName.MODEL);
        assertThat(own.jinja()).isEqualTo("{% set eos_token = \"</s>\" %}\n{{ messages }}{{ eos_token }}");
        assertThat(notices)
                .containsExactly(
                        "conversations are written as the base's own chat template does it: finetune.chat_template=model");
        assertThat(chosen("instruction", ChatFormat.CHATML.jinja(), "finetune.chat_template=model")
                        .jinja())
                .isEqualTo(ChatFormat.CHATML.jinja());
        assertThat(chosen("instruction", "ignored", "finetune.chat_template=model", "finetune.jinja=mine")
                        .jinja())
                .isEqualTo("mine");
        assertThatThrownBy(() -> template("instruction", "{{ messages"))
                .isInstanceOf(WeftException.class)
                .hasMessageEndingWith(
                        "tokenizer_config.json: the chat template cannot be read: what begins here is not closed"
                                + " (line 1 of the template)")
                .extracting("hint")
                .isEqualTo("name a format with finetune.chat_template (chatml, llama3, plain), or give a template in"
                        + " finetune.jinja");
        assertThatThrownBy(() -> chosen("instruction", "", "finetune.chat_template=model"))
                .hasMessageEndingWith(" has no chat template");
    }

    @Test
    void toolsNeedATemplateThatWritesThem() throws IOException {
        assertThat(chosen("instruction", ChatFormat.CHATML.jinja(), "dataset.tools_column=tools")
                        .chatTemplate())
                .isEqualTo(ChatTemplateName.MODEL);
        for (String name : List.of("plain", "chatml")) {
            assertThatThrownBy(() ->
                            chosen("instruction", "x", "dataset.tools_column=tools", "finetune.chat_template=" + name))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("dataset.tools_column=tools has no place in finetune.chat_template=" + name);
        }
    }

    @Test
    void whatLearnsNoConversationNeedsNone() throws IOException {
        assertThat(template("classification", "{{ messages }}<|im_start|><|im_end|>"))
                .isEqualTo(ChatTemplateName.PLAIN);
    }

    @Test
    void whatSentenceTransformersFilesSayAndTuningDoesNotDoIsSaid() {
        WeftConfig config = ConfigLoader.load(
                "test",
                "",
                List.of("run.dir=/nowhere", "finetune.from=/base", "finetune.task=embedding", "model.context=512"));
        SentenceModules said =
                new SentenceModules(Pooling.MEAN, false, 256, true, Map.of("query", "q: "), "query", true);
        assertThat(BaseModel.notLearnt(said, config))
                .containsExactly(
                        "cuts texts after 256 tokens, and here model.context=512 holds: set dataset.max_length=256 to keep to it",
                        "reads texts in lower case, which is not done here but by a tokenizer that does it: give rows in"
                                + " lower case",
                        "puts its prompt query before texts, which is not done here: give rows with it",
                        "leaves vectors as long as they are, and here finetune.normalize=true holds");
        SentenceModules usual = new SentenceModules(Pooling.MEAN, true, 512, false, Map.of(), "", true);
        assertThat(BaseModel.notLearnt(usual, config)).isEmpty();
    }

    @Test
    void aSystemMessageThatIsNotLearntIsSaid() throws IOException {
        template(
                "instruction",
                ChatFormat.CHATML
                        .jinja()
                        .replace(
                                "{% for message in messages %}",
                                "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
                                        + "{{ '<|im_start|>system\\nBe kind.<|im_end|>\\n' }}{% endif %}"));
        assertThat(notices)
                .containsExactly("the system message that the base's chat template adds is not learnt: Be kind.");
    }
}
