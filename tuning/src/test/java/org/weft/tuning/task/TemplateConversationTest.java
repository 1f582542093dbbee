package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.config.WeftConfig;

/** Conversations that are learnt as a model's own template writes them. Each byte is a token. */
class TemplateConversationTest {
    private static final String TURNS = "{% for m in messages %}<{{ m.role[0] }}>{% if m.role == 'assistant' %}"
            + "{% generation %}{{ m.content }}.{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}<a>{% endif %}";
    private static final String UNMARKED = TURNS.replace("{% generation %}", "").replace("{% endgeneration %}", "");

    private static WeftConfig config(String jinja, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "dataset.messages_column=chat",
                "finetune.chat_template=model",
                "finetune.jinja='" + jinja.replace("'", "''") + "'", // YAML's quotes
                "model.context=512"));
        all.addAll(List.of(more));
        return TaskRows.config("gpt2", "instruction", all.toArray(String[]::new));
    }

    private static Map<String, Object> message(String role, Object content, Object... more) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        for (int i = 0; i < more.length; i += 2) {
            message.put((String) more[i], more[i + 1]);
        }
        return message;
    }

    /** Each choice is scored where it was learnt: what stands between the prompt and the marked part is not lost. */
    @Test
    void aChoiceIsReadAsTheWholeThatWasLearnt() {
        String between = TURNS.replace("{% generation %}", " {% generation %}");
        for (String jinja : List.of(between, TURNS, UNMARKED)) {
            WeftConfig config = config(jinja);
            try (Encoder encoder = TaskRows.encoder(config)) {
                ChoiceText text = new ChoiceText(encoder.tokenizer(), 64, Task.conversation(config), true);
                Batch batch = text.batch("q", "yes");
                StringBuilder read = new StringBuilder();
                StringBuilder said = new StringBuilder();
                for (int token : batch.tokens()) {
                    read.append(letter(token));
                }
                for (int target : batch.targets()) {
                    said.append(target == Batch.IGNORED ? "" : letter(target));
                }
                assertThat(read).hasToString("<u>q<a>" + (jinja.equals(between) ? " " : "") + "yes.");
                assertThat(said).hasToString("yes.");
            }
        }
    }

    /** The text with what is learnt in brackets; end-of-text is a dollar. */
    private static String learnt(WeftConfig config, Object... row) {
        try (Encoder encoder = TaskRows.encoder(config)) {
            Encoded encoded = Task.of(config).encode(TaskRows.row(row), encoder, true);
            int[] tokens = encoded.example().tokens();
            int[] targets = encoded.example().targets();
            StringBuilder text = new StringBuilder(letter(tokens[0]));
            boolean within = false;
            for (int i = 0; i < targets.length; i++) {
                boolean learn = targets[i] >= 0;
                text.append(learn == within ? "" : learn ? "[" : "]");
                if (learn || i + 1 < tokens.length) { // the token behind the last one is known where it is learnt
                    text.append(letter(learn ? targets[i] : tokens[i + 1]));
                }
                within = learn;
            }
            return text + (within ? "]" : "");
        }
    }

    private static String letter(int token) {
        return token == TinyTokenizers.END ? "$" : Character.toString(token);
    }

    private static List<Object> turns() {
        return List.of(
                message("user", "q"), message("assistant", "one"), message("user", "r"), message("assistant", "two"));
    }

    @Test
    void eachAnswerIsLearntWithItsEnd() {
        for (String template : List.of(TURNS, UNMARKED)) {
            assertThat(learnt(config(template), "chat", turns())).isEqualTo("<u>q<a>[one.]<u>r<a>[two.]");
            assertThat(learnt(config(template, "dataset.mask_history=true"), "chat", turns()))
                    .isEqualTo("<u>q<a>one.<u>r<a>[two.]");
        }
    }

    /** A template that leaves the thoughts of earlier turns out, as Qwen 3's does: who only asks need not know where they stood. */
    @Test
    void historyThatIsRewrittenCanBeAsked() {
        String forgets =
                "{% for m in messages %}<{{ m.role[0] }}>{% if m.role == 'assistant' and loop.last %}(){% endif %}"
                        + "{{ m.content }};{% endfor %}{% if add_generation_prompt %}<a>{% endif %}";
        WeftConfig config = config(forgets, "dataset.mask_history=true");
        assertThat(learnt(config, "chat", turns())).isEqualTo("<u>q;<a>one;<u>r;<a>[()two;]");
        try (Encoder encoder = TaskRows.encoder(config)) {
            Fields asked = TaskRows.row("chat", turns().subList(0, 3));
            Task.of(config).check(asked, false);
            int[] tokens =
                    Task.of(config).encode(asked, encoder, false).example().tokens();
            assertThat(new String(tokens, 0, tokens.length)).isEqualTo("<u>q;<a>one;<u>r;<a>");
        }
    }

    @Test
    void namedFormatsMaskTheirHistoryToo() {
        WeftConfig chatml = TaskRows.config(
                "gpt2",
                "instruction",
                "dataset.messages_column=chat",
                "finetune.chat_template=chatml",
                "dataset.mask_history=true",
                "model.context=512");
        assertThat(learnt(chatml, "chat", turns()))
                .isEqualTo(
                        "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\none<|im_end|>\n<|im_start|>user\nr<|im_end|>\n"
                                + "<|im_start|>assistant\n[two<|im_end|>$]");
    }

    @Test
    void endOfTextFollowsWhereTheTemplateEndsNothing() {
        String bare =
                "{% for m in messages %}<{{ m.role[0] }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<a>{% endif %}";
        assertThat(learnt(config(bare), "chat", turns())).isEqualTo("<u>q<a>[one]<u>r<a>[two$]");
    }

    @Test
    void whatIsNotToBeLearntIsNot() {
        List<Object> weighed = List.of(
                message("user", "q"),
                message("assistant", "one", "weight", 0),
                message("user", "r"),
                message("assistant", "two"));
        for (String template : List.of(TURNS, UNMARKED)) {
            assertThat(learnt(config(template), "chat", weighed)).isEqualTo("<u>q<a>one.<u>r<a>[two.]");
        }
        List<Object> trailing = List.of(message("user", "q"), message("assistant", "one"), message("user", "r"));
        assertThat(learnt(config(TURNS), "chat", trailing)).startsWith("<u>q<a>[one.]<u>r<a");
    }

    @Test
    void toolsAndCallsAreTheTemplates() {
        String template = "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<{{ m.role }}>"
                + "{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}"
                + "{% endfor %};{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("city", "Bern");
        arguments.put("other_rows_have", null);
        Object calls = List.of(Map.of("function", Map.of("name", "f", "arguments", arguments)));
        List<Object> chat = List.of(
                message("user", "q"),
                message("assistant", null, "tool_calls", calls),
                message("tool", "ok"),
                message("assistant", "two"));
        WeftConfig config =
                config(template.replace("{{ m.content }}", "{{ m.content or '' }}"), "dataset.tools_column=tools");
        String expected = "[{\"name\": \"f\"}]<user>q;<assistant>[f{\"city\": \"Bern\"};]<tool>ok;<assistant>[two;]";
        assertThat(learnt(config, "chat", chat, "tools", List.of(Map.of("name", "f"))))
                .isEqualTo(expected);
        assertThat(learnt(config, "chat", chat, "tools", "[{\"name\": \"f\"}]")).isEqualTo(expected);
        assertThat(learnt(config, "chat", chat, "tools", null)).startsWith("<user>q;");
        Object text = "[{\"function\": {\"name\": \"f\", \"arguments\": {\"x\": null}}}]";
        List<Object> written = List.of(message("user", "q"), message("assistant", "", "tool_calls", text));
        assertThat(learnt(config, "chat", written, "tools", null)).isEqualTo("<user>q;<assistant>[f{\"x\": null};]");
        assertThat(Task.of(config).inputColumns()).containsExactly("chat", "tools");
    }

    @Test
    void partsReachTheTemplateAsTheyAre() {
        String template =
                "{% for m in messages %}<{{ m.role[0] }}>{% if m.content is string %}{{ m.content }}{% else %}"
                        + "{% for p in m.content %}({{ p.text }}){% endfor %}{% endif %};{% endfor %}"
                        + "{% if add_generation_prompt %}<a>{% endif %}";
        List<Object> chat = List.of(
                message("user", List.of(Map.of("type", "text", "text", "q"), Map.of("type", "text", "text", "r"))),
                message("assistant", "one"));
        assertThat(learnt(config(template), "chat", chat)).isEqualTo("<u>(q)(r);<a>[one;]");
    }

    @Test
    void rowsThatCannotBeWrittenAreShown() {
        List<Object> smuggled = List.of(message("user", "x<|endoftext|>"), message("assistant", "y"));
        assertThatThrownBy(() -> learnt(config(TURNS), "chat", smuggled))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("column chat is no conversation: messages[0].content contains <|endoftext|>")
                .hasMessageContaining("row={\"chat\"");
        String refusing = "{% if messages[0].role != 'user' %}{{ raise_exception('users first') }}{% endif %}";
        List<Object> system = List.of(message("system", "x"), message("assistant", "y"));
        assertThatThrownBy(() -> Task.of(config(refusing)).check(TaskRows.row("chat", system), true))
                .hasMessageStartingWith(
                        "column chat is no conversation: the chat template refuses the messages: users first: row=");
        String mistaken = "{% for m in messages %}{{ m.rol.upper() }}{% endfor %}";
        assertThatThrownBy(() -> Task.of(config(mistaken)).check(TaskRows.row("chat", system), true))
                .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                        .startsWith("mend the template where it stands: finetune.jinja"))
                .hasMessageStartingWith("column chat cannot be written as text: the chat template fails: ");
        String once = "{% generation %}{{ messages | length }}{% endgeneration %}";
        List<Object> weighed = List.of(
                message("user", "q"),
                message("assistant", "one", "weight", 0),
                message("user", "r"),
                message("assistant", "two"));
        assertThatThrownBy(() -> Task.of(config(once)).check(TaskRows.row("chat", weighed), true))
                .hasMessageStartingWith(
                        "column chat has 2 answers, of which some are not to be learnt, and the chat template marks 1");
    }

    /** Sets of examples are known by these texts: those of settings that there were before must stay. */
    @Test
    void whatDecidesExamplesIsSaid() {
        WeftConfig plain = TaskRows.config("gpt2", "instruction", "finetune.chat_template=plain");
        assertThat(Task.of(plain))
                .hasToString("InstructionTask[promptColumn=prompt, responseColumn=response, messagesColumn=,"
                        + " conversation=ChatConversation[format=PLAIN]]");
        assertThat(Task.of(config(TURNS)).toString())
                .isNotEqualTo(Task.of(config(UNMARKED)).toString());
        assertThat(Task.of(config(TURNS)).toString())
                .isNotEqualTo(
                        Task.of(config(TURNS, "finetune.chat_date=2024-07-26")).toString());
    }
}
