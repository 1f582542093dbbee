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
    void whatClosesACallIsTheModelsOwn() {
        String template =
                "{% for m in messages %}<|im_start|>{% if m.role == 'tool' %}<|result|>{{ m.content }}<|end_result|>"
                        + "{% else %}{{ m.role }} {{ m.content }}{% for c in m.tool_calls or [] %}"
                        + "<|call|>{{ c.function | tojson }}<|end_call|>{% endfor %}{% endif %}<|im_end|>{% endfor %}";
        List<String> special =
                List.of("<|im_start|>", "<|im_end|>", "<|call|>", "<|end_call|>", "<|result|>", "<|end_result|>");
        assertThat(turns(template).markers(special))
                .containsExactlyInAnyOrder("<|im_start|>", "<|im_end|>", "<|result|>", "<|end_result|>");
        assertThat(turns(template.replace("<|im_end|>", "")).markers(special))
                .as("where nothing ends a turn")
                .contains("<|end_call|>");
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
