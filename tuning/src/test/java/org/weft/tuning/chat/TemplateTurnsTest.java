package org.weft.tuning.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Templates in the manner of published ones, with the special tokens of their tokenizers. */
class TemplateTurnsTest {
    private static final String MISTRAL =
            "<s>{% if tools %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}"
                    + "{% for m in messages %}{% if m.role == 'user' %}[INST]{{ m.content }}[/INST]"
                    + "{% elif m.role == 'tool' %}[TOOL_RESULTS]{{ m.content }}[/TOOL_RESULTS]"
                    + "{% elif m.tool_calls %}[TOOL_CALLS]{% for c in m.tool_calls %}{{ c.function | tojson }}{% endfor %}</s>"
                    + "{% elif m.role == 'assistant' %}{{ m.content }}</s>"
                    + "{% else %}{{ raise_exception('no system') }}{% endif %}{% endfor %}";
    private static final List<String> SPECIAL = List.of(
            "<s>",
            "</s>",
            "[INST]",
            "[/INST]",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_CALLS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]",
            "<|python_tag|>");

    private static TemplateTurns turns(String template) {
        return new TemplateTurns(JinjaTemplate.of(template, Map.of()));
    }

    @Test
    void whatCallsAToolIsNoTurnsMarker() {
        assertThat(turns(MISTRAL).markers(SPECIAL))
                .containsExactlyInAnyOrder(
                        "<s>",
                        "</s>",
                        "[INST]",
                        "[/INST]",
                        "[AVAILABLE_TOOLS]",
                        "[/AVAILABLE_TOOLS]",
                        "[TOOL_RESULTS]",
                        "[/TOOL_RESULTS]");
        assertThat(turns("{{ raise_exception('never') }}").markers(SPECIAL))
                .as("of a template that shows nothing")
                .containsExactlyInAnyOrderElementsOf(SPECIAL);
    }

    @Test
    void argumentsAreTextWhereTheObjectIsRefusedOrShownAsPythonHasIt() {
        String call =
                "{%% for m in messages %%}{%% for c in m.tool_calls or [] %%}{{ %s }}{%% endfor %%}{%% endfor %%}";
        assertThat(turns(call.formatted("'```json\\n' + c.function.arguments")).argumentsAsText())
                .isTrue();
        assertThat(turns(call.formatted("c.function.arguments")).argumentsAsText())
                .isTrue();
        assertThat(turns(call.formatted("c.function.arguments | tojson")).argumentsAsText())
                .isFalse();
        assertThat(turns(call.formatted("c.function.arguments.at")).argumentsAsText())
                .isFalse();
        assertThat(turns("{{ messages | length }}").argumentsAsText()).isFalse();
        assertThat(turns("{{ messages | length }}").stops()).isEmpty();
        assertThat(turns(MISTRAL).stops()).containsExactly("</s>");
    }
}
