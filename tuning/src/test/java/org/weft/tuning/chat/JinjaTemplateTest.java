package org.weft.tuning.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.jinja.Rendered;

/** Templates of ours, which {@code transformers} rendered: {@code bench/peers/chat_templates.py --golden} made what is compared with. */
class JinjaTemplateTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> TOKENS =
            Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>");

    private static String file(String name) throws IOException {
        try (InputStream in = JinjaTemplateTest.class.getResourceAsStream("templates/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<Map<String, Object>> lines(String name) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : file(name).lines().toList()) {
            rows.add(JSON.readValue(line, new TypeReference<Map<String, Object>>() {}));
        }
        return rows;
    }

    static JinjaTemplate template(String name) throws IOException {
        return JinjaTemplate.of(file(name), TOKENS).on(LocalDate.of(2026, 1, 2));
    }

    private static Chat chat(Map<String, Object> conversation) {
        List<ChatMessage> messages = new ArrayList<>();
        for (Object each : (List<?>) conversation.get("messages")) {
            Map<String, Object> fields = JSON.convertValue(each, new TypeReference<Map<String, Object>>() {});
            messages.add(new ChatMessage(fields.get("role").toString(), String.valueOf(fields.get("content")), fields));
        }
        List<?> tools = (List<?>) conversation.get("tools");
        return new Chat(messages, tools == null ? List.of() : tools);
    }

    private static String written(JinjaTemplate template, Map<String, Object> conversation) {
        return conversation.containsKey("continue_final_message")
                ? template.continued(chat(conversation))
                : template.text(chat(conversation), conversation.containsKey("add_generation_prompt"));
    }

    @Test
    void writesWhatTransformersWrites() throws IOException {
        Map<String, Map<String, Object>> conversations = new LinkedHashMap<>();
        lines("conversations.jsonl")
                .forEach(each -> conversations.put(each.get("name").toString(), each));
        int texts = 0;
        for (Map<String, Object> expected : lines("expected.jsonl")) {
            String what = expected.get("template") + ", " + expected.get("conversation");
            JinjaTemplate template = template(expected.get("template").toString());
            Map<String, Object> conversation =
                    conversations.get(expected.get("conversation").toString());
            if (expected.containsKey("error")) {
                assertThatThrownBy(() -> written(template, conversation))
                        .as(what)
                        .isInstanceOf(WeftException.class);
                continue;
            }
            assertThat(written(template, conversation)).as(what).isEqualTo(expected.get("text"));
            texts++;
            if (expected.containsKey("generated")) {
                Rendered rendered =
                        template.render(chat(conversation), conversation.containsKey("add_generation_prompt"));
                List<List<Integer>> places = new ArrayList<>();
                for (Rendered.Span each : rendered.generated()) {
                    places.add(List.of(
                            rendered.text().codePointCount(0, each.start()),
                            rendered.text().codePointCount(0, each.end())));
                }
                assertThat(places).as(what).isEqualTo(expected.get("generated"));
            }
        }
        assertThat(texts).isGreaterThan(60);
    }

    private static ChatMessage user(String text) {
        return new ChatMessage("user", text);
    }

    private static ChatMessage bot(String text) {
        return new ChatMessage("assistant", text);
    }

    private static List<String> said(List<ChatSegment> segments) {
        return segments.stream()
                .filter(ChatSegment::response)
                .map(ChatSegment::text)
                .toList();
    }

    private static String text(List<ChatSegment> segments) {
        StringBuilder text = new StringBuilder();
        segments.forEach(segment -> text.append(segment.text()));
        return text.toString();
    }

    @Test
    void whatTheTemplateMarksIsTheAssistants() throws IOException {
        JinjaTemplate turns = template("turns.jinja");
        Chat chat = new Chat(List.of(user("a"), bot("b"), user("c"), bot("d")));
        List<ChatSegment> segments = turns.segments(chat, false);
        assertThat(text(segments)).isEqualTo("<s>[user] a\n[bot] b</s>\n[user] c\n[bot] d</s>\n");
        assertThat(said(segments)).containsExactly("b</s>", "d</s>");
        assertThat(turns.stops()).containsExactly("</s>");
    }

    @Test
    void withoutMarksTheAssistantsIsWhatFollowsThePrompt() {
        JinjaTemplate chatml = JinjaTemplate.of(ChatFormat.CHATML.jinja(), Map.of());
        Chat chat = new Chat(List.of(user("a"), bot("b "), user("c"), bot("d"), user("e")));
        List<ChatSegment> segments = chatml.segments(chat, true);
        assertThat(text(segments)).isEqualTo(chatml.text(chat, true)).endsWith("<|im_start|>assistant\n");
        assertThat(said(segments)).containsExactly("b <|im_end|>", "d<|im_end|>");
        assertThat(said(chatml.segments(chat, true, true))).containsExactly("d<|im_end|>");
        assertThat(chatml.stops()).containsExactly("<|im_end|>");
    }

    @Test
    void whereEarlierTurnsChangeOnlyTheLastIsFound() throws IOException {
        JinjaTemplate tools = template("tools.jinja");
        ChatMessage thought = bot("<think>\nhm\n</think>\n\nYes.");
        Chat chat = new Chat(List.of(user("a"), thought, user("c"), bot("<think>\nha\n</think>\n\nNo.")));
        assertThatThrownBy(() -> tools.segments(chat, false))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("dataset.mask_history: true"))
                .hasMessageStartingWith(
                        "the chat template writes what is before messages[1] in another way once more follows");
        assertThat(said(tools.segments(chat, false, true))).containsExactly("(ha)\nNo.<|end|>");
        assertThat(tools.stops()).containsExactly("<|end|>");
        assertThat(tools.takesTools()).isTrue();
    }

    /** As those of models that think: the prompt opens a thought that an answered conversation does not show. */
    @Test
    void whatOnlyThePromptHasIsNoPartOfAnAnswer() {
        JinjaTemplate thinks = JinjaTemplate.of(
                "{% for m in messages %}{% if m.role == 'user' %}<U>{{ m.content }}{% else %}<A>{{ m.content }}<E><P>{% endif %}"
                        + "{% endfor %}{% if add_generation_prompt %}<A><think>\n{% endif %}",
                Map.of());
        Chat chat = new Chat(List.of(user("a"), bot("<b>x</b>"), user("c"), bot("d")));
        assertThat(said(thinks.segments(chat, false))).containsExactly("<b>x</b><E><P>", "d<E><P>");
        assertThat(thinks.stops()).containsExactly("<E>");
        JinjaTemplate calls = JinjaTemplate.of(
                "{% for m in messages %}{% if m.role == 'user' %}<U>{{ m.content }}{% else %}<A>{{ m.content }}"
                        + "{% for c in m.tool_calls or [] %}<call>{{ c.name }}{% endfor %}<E>{% endif %}"
                        + "{% endfor %}{% if add_generation_prompt %}<A><think>\n{% endif %}",
                Map.of());
        ChatMessage called = new ChatMessage(
                "assistant",
                "",
                Map.of("role", "assistant", "content", "", "tool_calls", List.of(Map.of("name", "f"))));
        assertThat(said(calls.segments(new Chat(List.of(user("a"), called)), false)))
                .as("without the role's own header")
                .containsExactly("<call>f<E>");
        JinjaTemplate other = JinjaTemplate.of("{{ messages | length }}{{ messages[0].content }}", Map.of());
        assertThatThrownBy(() -> other.segments(chat, false, true))
                .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                        .isEqualTo("put {% generation %} into the template around it"));
    }

    @Test
    void aTemplateThatWantsASystemMessageHasStopsToo() {
        JinjaTemplate strict = JinjaTemplate.of(
                "{% if messages[0].role != 'system' %}{{ raise_exception('no system') }}{% endif %}"
                        + "{% for m in messages %}{{ m.content }}<|end|>\n{% endfor %}",
                Map.of());
        assertThat(strict.stops()).containsExactly("<|end|>");
    }

    @Test
    void theDayIsNotTodays() throws IOException {
        JinjaTemplate never = template("tools.jinja").on(null);
        assertThatThrownBy(() -> never.text(new Chat(List.of(user("a"))), true))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("finetune.chat_date"))
                .hasMessageStartingWith("the chat template refuses the messages: 'strftime_now' is undefined (line");
        JinjaTemplate own =
                JinjaTemplate.of("{{ strftime_now('%Y') if strftime_now is defined else 'then' }}", Map.of());
        assertThat(own.on(null).text(new Chat(List.of(user("a"))), true)).isEqualTo("then");
        assertThat(own.text(new Chat(List.of(user("a"))), true)).matches("\\d{4}");
    }

    /** What travels and is recorded is one text: the tokens stand in it. */
    @Test
    void tokensMayStandInTheTemplate() throws Exception {
        JinjaTemplate turns = template("turns.jinja");
        JinjaTemplate alone = JinjaTemplate.of(turns.withTokens(), Map.of());
        assertThat(turns.withTokens()).startsWith("{% set bos_token = \"<s>\" %}\n{% set eos_token = \"</s>\" %}\n{#-");
        Chat chat = new Chat(List.of(user("a"), bot("b")));
        assertThat(alone.segments(chat, false)).isEqualTo(turns.segments(chat, false));
        assertThat(JinjaTemplate.of("  {% if true %}x{% endif %}{{ eos_token }}", Map.of("eos_token", "\"\\\n"))
                        .withTokens())
                .isEqualTo("{% set eos_token = \"\\\"\\\\\\n\" %}\n  {% if true %}x{% endif %}{{ eos_token }}");
        Map<String, String> tokens = Map.of("bos_token", "<s>", "eos_token", "</s>", "pad_token", "<p>");
        assertThat(JinjaTemplate.of(turns.withTokens(), tokens).withTokens())
                .as("a run that goes on has them there already")
                .isEqualTo(turns.withTokens());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(turns);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            JinjaTemplate travelled = (JinjaTemplate) in.readObject();
            assertThat(travelled.text(chat, true)).isEqualTo(turns.text(chat, true));
            assertThat(travelled).hasToString(turns.toString());
        }
    }

    @Test
    void nobodySpeaksInAnothersName() {
        List<String> markers = List.of("<|end|>");
        Chat parts = new Chat(List.of(
                user("fine"),
                new ChatMessage("user", "", Map.of("role", "user", "content", List.of(Map.of("text", "a<|end|>b"))))));
        assertThatThrownBy(() -> parts.requireWithout(markers))
                .isInstanceOf(WeftException.class)
                .hasMessage("messages[1].content contains <|end|>, which ends or begins a turn");
        Chat tools = new Chat(List.of(user("a")), List.of(Map.of("function", Map.of("name", "<|end|>"))));
        assertThatThrownBy(() -> tools.requireWithout(markers)).hasMessageStartingWith("tools contains <|end|>");
        new Chat(List.of(user("<|ends|>"))).requireWithout(markers);
    }

    @Test
    void whatHasNoPlaceIsRefusedByName() {
        Chat called = new Chat(List.of(user("a")), List.of(Map.of("name", "f")));
        assertThatThrownBy(() -> new FormatTemplate(ChatFormat.CHATML, "").segments(called, true))
                .hasMessage("the chat template chatml has no way to write tools and calls of them");
        assertThatThrownBy(() -> JinjaTemplate.of("{% if %}", Map.of()))
                .isInstanceOf(WeftException.class)
                .hasMessage("the chat template cannot be read: unexpected %} (line 1 of the template)");
        JinjaTemplate lost = JinjaTemplate.of("{% set x %}{% generation %}{% endgeneration %}{% endset %}", Map.of());
        assertThatThrownBy(() -> lost.segments(new Chat(List.of(user("a"), bot("b"))), false))
                .hasMessageStartingWith("the chat template has {% generation %} in a macro or in a text that it keeps");
        JinjaTemplate loop = JinjaTemplate.of("{% for i in range(10000000000) %}{% endfor %}", Map.of());
        assertThatThrownBy(() -> loop.text(new Chat(List.of(user("a"))), true))
                .hasMessage(
                        "the chat template refuses the messages: the template was stopped: it does more than 10000000 steps"
                                + " (line 1 of the template)");
    }
}
