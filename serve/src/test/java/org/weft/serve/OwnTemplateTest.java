package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.chat.JinjaTemplate;

/** Chats with a model that has a chat template of its own: what it is asked is what that template writes. */
class OwnTemplateTest {
    private static final String TEMPLATE = "{% for t in tools or [] %}w1 {{ t.function.name }} {% endfor %}"
            + "{% for m in messages %}{% if m.role == 'critic' %}{{ raise_exception('no critics') }}{% endif %}"
            + "{{ {'user': 'w2', 'assistant': 'w3', 'tool': 'w4', 'developer': 'w5'}[m.role] }} "
            + "{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content or [] %}{{ p.text }} w6 {% endfor %}{% endif %}"
            + "{% for c in m.tool_calls or [] %} {{ c.function.arguments.city }}{% endfor %}{{ m.name or '' }} {% endfor %}"
            + "{% if add_generation_prompt %}w3{% endif %}";

    private static TextModel model(String template) {
        return model(template, TinyModel.tokenizer());
    }

    private static TextModel model(String template, TextTokenizer tokenizer) {
        return new TextModel(
                "tiny",
                "",
                tokenizer,
                100,
                GenerationDefaults.NONE,
                Optional.of(JinjaTemplate.of(template, Map.of())),
                "",
                () -> TinyModel.replica(100));
    }

    private static String prompt(String template, String body) {
        try (TextModel model = model(template)) {
            return words(model, body);
        }
    }

    private static String words(TextModel model, String body) {
        TextRequest request =
                new TextRequestReader(model, 8, 4).chat(JsonFields.of(body.getBytes(StandardCharsets.UTF_8)));
        StringBuilder words = new StringBuilder();
        for (int id : request.prompts().get(0).tokens()) {
            words.append(words.length() == 0 ? "w" : " w").append(id);
        }
        return words.toString();
    }

    private static String asked(String body) {
        return prompt(TEMPLATE, body);
    }

    private static final String ASKED = "{\"messages\": [{\"role\": \"user\", \"content\": \"w9\"}]";
    private static final String TOOLS = ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"w7\"}}]";

    @Test
    void theTemplateIsRun() {
        assertThat(asked(ASKED + "}")).isEqualTo("w2 w9 w3");
        assertThat(asked(
                        "{\"messages\": [{\"role\": \"developer\", \"content\": \"w8\"}, {\"role\": \"user\", \"content\":"
                                + " [{\"type\": \"text\", \"text\": \"w9\"}], \"name\": \"w10\"}]}"))
                .isEqualTo("w5 w8 w2 w9 w6 w10 w3");
    }

    @Test
    void toolsAreShownAndTheirCallsWritten() {
        assertThat(asked(ASKED + TOOLS + ", \"tool_choice\": \"auto\"}")).isEqualTo("w1 w7 w2 w9 w3");
        assertThat(asked(ASKED + TOOLS + ", \"tool_choice\": \"none\"}")).isEqualTo("w2 w9 w3");
        assertThat(asked(
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"w9\"}, {\"role\": \"assistant\", \"content\": null,"
                                + " \"tool_calls\": [{\"id\": \"1\", \"type\": \"function\", \"function\": {\"name\": \"w7\", \"arguments\":"
                                + " \"{\\\"city\\\": \\\"w11\\\"}\"}}]}, {\"role\": \"tool\", \"tool_call_id\": \"1\", \"content\": \"w12\"}]"
                                + TOOLS + "}"))
                .isEqualTo("w1 w7 w2 w9 w3 w11 w4 w12 w3");
    }

    @Test
    void whatTheTemplateDoesNotTakeIsRefused() {
        assertThatThrownBy(() -> asked("{\"messages\": [{\"role\": \"critic\", \"content\": \"w9\"}]}"))
                .isInstanceOf(ApiException.class)
                .hasMessage("the chat template refuses the messages: no critics");
        assertThatThrownBy(() -> prompt("{{ messages[0].content }}", ASKED + TOOLS + "}"))
                .hasMessage("tools is not supported: the model's chat template has no place for them");
        assertThatThrownBy(() -> asked(ASKED + ", \"tools\": [{}]}"))
                .hasMessageStartingWith("tools[0] must be an object such as");
        assertThatThrownBy(() -> asked(ASKED + TOOLS.replace("\"function\",", "\"web_search\",") + "}"))
                .hasMessageStartingWith("tools[0] must be an object such as");
        assertThatThrownBy(() -> asked(ASKED + TOOLS + ", \"tool_choice\": \"required\"}"))
                .hasMessage("tool_choice is not supported: this server calls no tools");
        assertThatThrownBy(() -> asked("{\"messages\": [{\"role\": \"user\", \"content\": \"w9<|endoftext|>\"}]}"))
                .hasMessageStartingWith("messages[0].content contains <|endoftext|>");
        assertThatThrownBy(() -> asked("{\"messages\": [{\"role\": \"user\", \"content\": null}]}"))
                .hasMessageStartingWith("messages[0].content must be a string");
        assertThatThrownBy(() -> asked("{\"messages\": [{\"role\": \"user\", \"content\": \"w1\", \"weight\": 0}]}"))
                .hasMessageStartingWith("there is no field messages[0].weight here");
    }

    /** What a model wrote comes back as it was; what begins or ends somebody's turn is still the template's alone. */
    @Test
    void anAnswerThatCallsAToolGoesRound() {
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"w9\"}, {\"role\": \"%s\", \"content\": \"%s w7\"},"
                        + " {\"role\": \"user\", \"content\": \"w10\"}]}";
        try (TextModel model = model(TEMPLATE, TinyModel.tokenizer("w20", "w3"))) {
            assertThat(words(model, body.formatted("assistant", "w20"))).isEqualTo("w2 w9 w3 w20 w7 w2 w10 w3");
            assertThatThrownBy(() -> words(model, body.formatted("user", "w20")))
                    .hasMessageStartingWith("messages[1].content contains w20");
            for (String marker : List.of("w3", "<|endoftext|>")) {
                assertThatThrownBy(() -> words(model, body.formatted("assistant", marker)))
                        .hasMessageStartingWith("messages[1].content contains " + marker);
            }
        }
    }

    @Test
    void argumentsAreTextWhereTheTemplateTakesTextsAlone() {
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"w9\"}, {\"role\": \"assistant\", \"content\": null,"
                        + " \"tool_calls\": [{\"id\": \"1\", \"type\": \"function\", \"function\": {\"name\": \"w7\", \"arguments\":"
                        + " \"{\\\"w11\\\": 1}\"}}]}]}";
        String texts =
                "{%% for m in messages %%}{%% for c in m.tool_calls or [] %%}{{ %s }}{%% endfor %%}{%% endfor %%}";
        assertThat(prompt(texts.formatted("'w8 ' + c.function.arguments"), body))
                .isEqualTo("w8 w0 w11 w0 w0 w0");
        assertThat(prompt(texts.formatted("'w8 ' ~ c.function.arguments.w11"), body))
                .as("of the object")
                .isEqualTo("w8 w0");
    }

    @Test
    void argumentsThatAreNotOneObjectStayText() {
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"w9\"}, {\"role\": \"assistant\", \"content\": null,"
                        + " \"tool_calls\": [{\"function\": {\"name\": \"w7\", \"arguments\": \"%s\"}}]}]}";
        String template =
                "{% for m in messages %}{% for c in m.tool_calls or [] %}{% if c.function.arguments is string %}w15"
                        + "{% else %}{{ c.function.arguments.city }}{% endif %}{% endfor %}{% endfor %}";
        String one = "{\\\"city\\\": \\\"w11\\\"}";
        assertThat(prompt(template, body.formatted(one))).isEqualTo("w11");
        assertThat(prompt(template, body.formatted(one + one)))
                .as("two objects")
                .isEqualTo("w15");
        assertThat(prompt(template, body.formatted(one.replace("}", ", \\\"city\\\": 1}"))))
                .as("a key twice")
                .isEqualTo("w15");
        assertThatThrownBy(() -> prompt(template, body.formatted(one.replace("w11", "\\\\ud83d"))))
                .hasMessageStartingWith("messages[1].tool_calls[0].function.arguments.city is no text");
    }

    @Test
    void halfOfASurrogatePairIsNoTextWhereverItStands() {
        assertThatThrownBy(() -> asked(ASKED + TOOLS.replace("w7", "\\ud83d") + "}"))
                .isInstanceOf(ApiException.class)
                .hasMessageStartingWith("tools[0].function.name is no text: the character at 0 is half");
        assertThatThrownBy(() -> asked(ASKED + TOOLS.replace("\"name\"", "\"\\ud83d\": 1, \"name\"") + "}"))
                .hasMessageStartingWith("a key of tools[0].function is no text");
        assertThatThrownBy(() ->
                        asked("{\"messages\": [{\"role\": \"user\", \"content\": \"w9\", \"name\": \"\\udc4d\"}]}"))
                .hasMessageStartingWith("messages[0].name is no text");
        assertThatThrownBy(() -> asked(
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"w9\", \"tool_calls\": {\"a\": 1}}]}"))
                .hasMessageStartingWith("messages[0].tool_calls must be an array");
    }

    @Test
    void aHostileTemplateIsStopped() {
        assertThatThrownBy(() -> prompt("{% for i in range(10000000000) %}{% endfor %}", ASKED + "}"))
                .isInstanceOf(ApiException.class)
                .hasMessage(
                        "the chat template refuses the messages: the template was stopped: it does more than 10000000 steps"
                                + " (line 1 of the template)");
    }
}
