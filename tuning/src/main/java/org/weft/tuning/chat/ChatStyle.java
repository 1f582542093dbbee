package org.weft.tuning.chat;

import static org.weft.tuning.chat.JinjaOutline.END;
import static org.weft.tuning.chat.JinjaOutline.TAG;
import static org.weft.tuning.chat.JinjaOutline.VALUE;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model's template does with a conversation: a format, and what some templates do beside it.
 *
 * @param system what a conversation that begins with no system message is given as one; empty for none
 * @param trims whether contents lose the white space around them
 */
public record ChatStyle(ChatFormat format, String system, boolean trims) {
    private static final String CHATML_TURN =
            "<|im_start|>" + VALUE + "m.role" + END + "\n" + VALUE + "m.content" + END + "<|im_end|>\n";
    private static final String CHATML_SYSTEM = "<|im_start|>system\n(?<system>[^" + TAG + VALUE + "]*)<|im_end|>\n";
    private static final String CHATML_PROMPT = prompt("<|im_start|>assistant\n");
    private static final String LOOP = TAG + "for m in messages" + END;

    /** One turn after the other, and perhaps a system message before the first. */
    private static final Pattern CHATML = Pattern.compile(literal(LOOP) + "(?:"
            + literal(TAG + "if loop.first and messages[0].role!='system'" + END) + escaped(CHATML_SYSTEM)
            + literal(TAG + "endif" + END) + ")?" + literal(CHATML_TURN + TAG + "endfor" + END + CHATML_PROMPT));

    /** The same in two branches, with tools in the other ones: no tools are given, so those are never taken. */
    private static final Pattern CHATML_AND_TOOLS = Pattern.compile(
            literal(TAG + "if tools" + END) + ".*?"
                    + literal(TAG + "else" + END + TAG + "if messages[0].role=='system'" + END + "<|im_start|>system\n"
                            + VALUE + "messages[0].content" + END + "<|im_end|>\n" + TAG + "else" + END)
                    + escaped(CHATML_SYSTEM)
                    + literal(TAG + "endif" + END + TAG + "endif" + END + LOOP + TAG
                            + "if(m.role=='user')or(m.role=='system'and not loop.first)"
                            + "or(m.role=='assistant'and not m.tool_calls)" + END + CHATML_TURN + TAG
                            + "elif m.role=='assistant'" + END)
                    + ".*" + literal(TAG + "elif m.role=='tool'" + END) + ".*"
                    + literal(TAG + "endif" + END + TAG + "endfor" + END + CHATML_PROMPT),
            Pattern.DOTALL);

    private static final String LLAMA3_PROMPT = prompt("<|start_header_id|>assistant<|end_header_id|>\n\n");
    private static final String LLAMA3 = LOOP + TAG
            + "set content='<|start_header_id|>'+m.role+'<|end_header_id|>\n\n'+m.content|trim+'<|eot_id|>'" + END + TAG
            + "if loop.index0==0" + END + TAG + "set content=bos_token+content" + END + TAG + "endif" + END + VALUE
            + "content" + END + TAG + "endfor" + END + LLAMA3_PROMPT;

    /** A format and nothing beside it. */
    public static ChatStyle of(ChatFormat format) {
        return new ChatStyle(format, "", false);
    }

    /**
     * The style that a Jinja template has, recognised whole: it writes every conversation without tools as the style does, or
     * it is not known.
     */
    static Optional<ChatStyle> of(String jinja) {
        String outline = JinjaOutline.of(jinja);
        for (ChatFormat format : ChatFormat.values()) {
            if (outline.equals(JinjaOutline.of(format.jinja()))) {
                return Optional.of(of(format));
            }
        }
        if (outline.equals(LLAMA3)) {
            return Optional.of(new ChatStyle(ChatFormat.LLAMA3, "", true));
        }
        for (Pattern known : List.of(CHATML, CHATML_AND_TOOLS)) {
            Matcher matcher = known.matcher(outline);
            if (matcher.matches()) {
                String system = matcher.group("system");
                return Optional.of(new ChatStyle(ChatFormat.CHATML, system == null ? "" : system, false));
            }
        }
        return Optional.empty();
    }

    private static String prompt(String text) {
        return TAG + "if add_generation_prompt" + END + text + TAG + "endif" + END;
    }

    private static String literal(String text) {
        return Pattern.quote(text);
    }

    /** A pattern in which only bars stand for themselves. */
    private static String escaped(String pattern) {
        return pattern.replace("|", "\\|");
    }

    /** The system message that a conversation is given. */
    Optional<ChatMessage> systemBefore(List<ChatMessage> messages) {
        boolean given = !messages.isEmpty() && messages.get(0).role().equals(ChatMessage.SYSTEM);
        return given || system.isEmpty() ? Optional.empty() : Optional.of(new ChatMessage(ChatMessage.SYSTEM, system));
    }

    /** A message as it is written down. */
    ChatMessage written(ChatMessage message) {
        return trims ? new ChatMessage(message.role(), message.content().strip()) : message;
    }
}
