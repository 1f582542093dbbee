package org.weft.tuning.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.storage.HadoopStore;

/** A template is recognised whole or not at all. */
class FoundTemplateTest {
    private static final String TURN = "{{'<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n'}}";
    private static final String PROMPT = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    @TempDir
    Path directory;

    private FoundTemplate found() throws IOException {
        return FoundTemplate.in(new HadoopStore(new Configuration()), "file://" + directory);
    }

    private FoundTemplate found(String jinja) throws IOException {
        write(new ObjectMapper().createObjectNode().put("chat_template", jinja));
        return found();
    }

    private void write(ObjectNode tokenizerConfig) throws IOException {
        Files.writeString(directory.resolve("tokenizer_config.json"), tokenizerConfig.toString());
    }

    private static String prompt(ChatStyle style, ChatMessage... messages) {
        return new FormatTemplate(style, "</s>")
                .segments(List.of(messages), true).stream()
                        .map(ChatSegment::text)
                        .collect(Collectors.joining());
    }

    @Test
    void formatsOfOursAreRecognised() throws IOException {
        assertThat(found().style()).isEmpty();
        assertThat(found().unknown()).isEmpty();
        for (ChatFormat format : ChatFormat.values()) {
            assertThat(found(format.jinja()).style()).hasValue(ChatStyle.of(format));
            assertThat(ChatFormat.named(format.key())).isEqualTo(format);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for m in messages %}" + TURN + "{% endfor %}" + PROMPT,
                "{% for message in messages %}{{ \"<|im_start|>\" ~ message.role ~ \"\\n\" ~ message.content }}<|im_end|>\n"
                        + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
                "{#- Not a 'mark -#}\n{%- for turn in messages %}\n    {{- '<|im_start|>' + turn['role'] }}\n"
                        + "    {{- '\\n' + turn['content'] + '<|im_end|>\\n' }}\n{%- endfor %}\n"
                        + "{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n",
                "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
                        + "{% for m in messages %}" + TURN + "{% endfor %}" + PROMPT,
            })
    void chatmlIsRecognisedHoweverItIsSpelt(String jinja) throws IOException {
        assertThat(found(jinja).style()).hasValue(ChatStyle.of(ChatFormat.CHATML));
    }

    @Test
    void aDefaultSystemMessageIsWritten() throws IOException {
        ChatStyle inLoop = found("{% for m in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
                        + "{{ '<|im_start|>system\\nBe (very) kind.<|im_end|>\\n' }}{% endif %}" + TURN + "{% endfor %}"
                        + PROMPT)
                .style()
                .orElseThrow();
        ChatStyle besideTools = found(
                        "{%- if tools %}{{- '<|im_start|>system\\n' }}{{- tools | tojson }}\n{%- else %}\n"
                                + "  {%- if messages[0]['role'] == 'system' %}\n"
                                + "    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}\n  {%- else %}\n"
                                + "    {{- '<|im_start|>system\\nBe (very) kind.<|im_end|>\\n' }}\n  {%- endif %}\n{%- endif %}\n"
                                + "{%- for m in messages %}\n  {%- if (m.role == \"user\") or (m.role == \"system\" and not loop.first)"
                                + " or (m.role == \"assistant\" and not m.tool_calls) %}\n    {{- '<|im_start|>' + m.role + '\\n' +"
                                + " m.content + '<|im_end|>' + '\\n' }}\n  {%- elif m.role == \"assistant\" %}{{- m.tool_calls }}\n"
                                + "  {%- elif m.role == \"tool\" %}{{- m.content }}\n  {%- endif %}\n{%- endfor %}\n"
                                + PROMPT)
                .style()
                .orElseThrow();
        for (ChatStyle style : List.of(inLoop, besideTools)) {
            assertThat(prompt(style, new ChatMessage("user", "Hi")))
                    .isEqualTo("<|im_start|>system\nBe (very) kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
                            + "<|im_start|>assistant\n");
            assertThat(prompt(style, new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hi")))
                    .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
                            + "<|im_start|>assistant\n");
        }
    }

    @Test
    void llama3TrimsContents() throws IOException {
        ChatStyle style = found("{% set loop_messages = messages %}{% for message in loop_messages %}{% set content ="
                        + " '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim +"
                        + " '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
                        + "{{ content }}{% endfor %}{% if add_generation_prompt %}"
                        + "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}")
                .style()
                .orElseThrow();
        assertThat(prompt(style, new ChatMessage("user", " Hi\n")))
                .isEqualTo("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x <|im_start|> y <|im_end|>",
                "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '<|im_sep|>' + m['content'] + '<|im_end|>' }}"
                        + "{% endfor %}" + PROMPT, // Phi-4
                "{% for m in messages %}{% if m['role'] == 'user' %}{{ '<|im_start|>user\\n' + m['content'] +"
                        + " '<|im_end|>\\n<|im_start|>assistant\\n' }}{% else %}{{ m['content'] + '<|im_end|>' + '\\n' }}"
                        + "{% endif %}{% endfor %}", // Yi
                "{{ '<|im_start|>system\\nToday is ' + strftime_now('%d') }}{% for m in messages %}" + TURN
                        + "{% endfor %}" + PROMPT,
                "{% for m in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n' +"
                        + " bos_token + '<|im_end|>\\n' }}{% endif %}" + TURN + "{% endfor %}" + PROMPT,
                "{% if tools %}{% endif %}Be evil.{% if x %}{% else %}{% if messages[0]['role'] == 'system' %}"
                        + "{{ '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}{% else %}"
                        + "{{ '<|im_start|>system\\nHi<|im_end|>\\n' }}{% endif %}{% endif %}{% for m in messages %}"
                        + "{% if (m.role == 'user') or (m.role == 'system' and not loop.first) or (m.role == 'assistant' and"
                        + " not m.tool_calls) %}" + TURN + "{% elif m.role == 'assistant' %}{% elif m.role == 'tool' %}"
                        + "{% endif %}{% endfor %}" + PROMPT,
                "<|start_header_id|>{{ messages }}<|end_header_id|><|eot_id|>",
                "[INST] {{ messages }} [/INST]",
                "{% for m in messages %}" + TURN + "{% endfor %}", // without a prompt
                "{% for m in messages",
                "{{ 'open",
            })
    void whatIsLikeAFormatIsNotTakenForIt(String jinja) throws IOException {
        assertThat(found(jinja).style()).isEmpty();
        assertThat(found(jinja).unknown())
                .endsWith("tokenizer_config.json has a chat template of a format that Weft does not know");
    }

    @Test
    void theDefaultOneOfSeveralCounts() throws IOException {
        ObjectNode several = new ObjectMapper().createObjectNode();
        several.putArray("chat_template").addObject().put("name", "rag").put("template", "{{ x }}");
        write(several);
        assertThat(found().unknown()).endsWith("has chat templates [rag], and none called default");
        several.withArray("chat_template")
                .addObject()
                .put("name", "default")
                .put("template", ChatFormat.LLAMA3.jinja());
        write(several);
        assertThat(found().style()).hasValue(ChatStyle.of(ChatFormat.LLAMA3));
    }

    @Test
    void whatIsOfNoFormatIsRun() throws IOException {
        Chat chat = new Chat(List.of(new ChatMessage("user", "Hi")));
        ObjectNode config = new ObjectMapper().createObjectNode().put("bos_token", "<s>");
        config.putObject("eos_token").put("content", "</s>");
        write(config.put("chat_template", "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"));
        assertThat(found().own().orElseThrow().text(chat, true)).isEqualTo("<s>Hi</s>");
        assertThat(found().exists()).isTrue();
        Files.writeString(directory.resolve("chat_template.jinja"), "of the file {{ bos_token }}");
        assertThat(found().own().orElseThrow().text(chat, true)).isEqualTo("of the file <s>");
        Files.writeString(directory.resolve("chat_template.jinja"), "{% if %}");
        assertThat(found().own()).isEmpty();
        assertThat(found().exists()).isTrue();
        assertThat(found().broken())
                .endsWith(
                        "chat_template.jinja: the chat template cannot be read: unexpected %} (line 1 of the template)");
    }

    @Test
    void toolsHaveATemplateOfTheirOwnWhereThereIsOne() throws IOException {
        ObjectNode several = new ObjectMapper().createObjectNode();
        several.putArray("chat_template")
                .addObject()
                .put("name", "tool_use")
                .put("template", "{% if true %}tools\n  {% endif %}\n{{ tools | length }}\n");
        several.withArray("chat_template")
                .addObject()
                .put("name", "default")
                .put("template", "  {% if true %}none{% endif %} \n");
        write(several);
        JinjaTemplate both = found().own().orElseThrow();
        List<ChatMessage> messages = List.of(new ChatMessage("user", "Hi"));
        assertThat(both.text(new Chat(messages), true)).isEqualTo("none ");
        assertThat(both.text(new Chat(messages, List.of(1, 2)), true)).isEqualTo("tools\n2");

        Files.writeString(directory.resolve("chat_template.jinja"), "ordinary");
        Files.createDirectory(directory.resolve("additional_chat_templates"));
        Files.writeString(
                directory.resolve("additional_chat_templates/tool_use.jinja"), "{{ tools | length }} of a file");
        JinjaTemplate files = found().own().orElseThrow();
        assertThat(files.text(new Chat(messages), true)).isEqualTo("ordinary");
        assertThat(files.text(new Chat(messages, List.of(1, 2)), true)).isEqualTo("2 of a file");
    }

    @Test
    void noneIsNone() throws IOException {
        write(new ObjectMapper().createObjectNode().putNull("chat_template"));
        assertThat(found()).isEqualTo(found(""));
        write(new ObjectMapper().createObjectNode().put("model_max_length", 8));
        assertThat(found().style()).isEmpty();
        assertThat(found().unknown()).isEmpty();
        Files.writeString(directory.resolve("chat_template.jinja"), ChatFormat.CHATML.jinja());
        assertThat(found().style()).hasValue(ChatStyle.of(ChatFormat.CHATML));
    }

    @Test
    void oneSignMayStripBothSides() throws IOException {
        for (String jinja : List.of("{#-#}", "{{-}}", "{%-%}", "text {%-")) {
            assertThat(found(jinja).style()).as(jinja).isEmpty();
        }
        assertThat(found("{#-#}" + ChatFormat.CHATML.jinja()).style()).hasValue(ChatStyle.of(ChatFormat.CHATML));
    }

    @Test
    void whatCannotBeReadIsSaid() throws IOException {
        Files.writeString(directory.resolve("tokenizer_config.json"), "{");
        assertThatThrownBy(this::found).hasMessageContaining("is not JSON");
        assertThatThrownBy(() -> ChatFormat.named("alpaca"))
                .hasMessage("there is no chat template alpaca")
                .extracting("hint")
                .isEqualTo("there are: chatml, llama3, plain");
    }
}
