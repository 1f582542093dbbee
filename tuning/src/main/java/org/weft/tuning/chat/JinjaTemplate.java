package org.weft.tuning.chat;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.jinja.JinjaException;
import org.weft.jinja.Limits;
import org.weft.jinja.Rendered;
import org.weft.jinja.Template;

/**
 * A model's own template, run: it writes what {@code transformers.apply_chat_template} writes. What the assistant says in a
 * conversation is what stands in {@code {% generation %}}; where the template has none, what it writes for the assistant's
 * message behind the prompt for it. Immutable.
 */
public final class JinjaTemplate implements ChatTemplate {
    /** Begins the error of a template that cannot write what it is given, which may be its own mistake. */
    public static final String FAILS = "the chat template fails: ";

    private static final String MEND =
            "mend the template where it stands: finetune.jinja, or the model's chat_template.jinja or tokenizer_config.json";

    @Serial
    private static final long serialVersionUID = 1;

    /** Names that a message's thoughts are given under; templates read the first one, some the second. */
    private static final List<String> THOUGHTS = List.of("reasoning_content", "thinking", "reasoning");
    /** Stands where a message is to be gone on with. */
    private static final String HERE = "CONTINUE_FINAL_MESSAGE_TAG ";

    private static final String DATE = "strftime_now";

    private final String source;
    private final TreeMap<String, String> specialTokens;
    private final boolean live; // whether strftime_now is the clock's
    private final LocalDateTime day; // what it is where it is not; null for not defined
    private transient volatile Template template;
    private transient volatile List<String> stops;

    private JinjaTemplate(String source, Map<String, String> specialTokens, boolean live, LocalDateTime day) {
        this.source = source;
        this.specialTokens = new TreeMap<>(specialTokens);
        this.live = live;
        this.day = day;
        template();
    }

    /**
     * A template that writes today's date where it asks for one.
     *
     * @param specialTokens what {@code bos_token} and its kin are
     * @throws WeftException where it is none
     */
    public static JinjaTemplate of(String source, Map<String, String> specialTokens) {
        return new JinjaTemplate(source, specialTokens, true, null);
    }

    /**
     * The same for which it is always the same day, so that its texts do not depend on when they are written.
     *
     * @param always null for none: {@code strftime_now} is not defined, for which some templates have a day of their own
     */
    public JinjaTemplate on(LocalDate always) {
        return new JinjaTemplate(source, specialTokens, false, always == null ? null : always.atStartOfDay());
    }

    private Template template() {
        Template read = template;
        if (read == null) {
            try {
                read = Template.parse(source);
            } catch (JinjaException broken) {
                throw WeftException.invalidData("the chat template cannot be read: " + broken.getMessage(), MEND);
            }
            template = read;
        }
        return read;
    }

    /** The template with its special tokens in it: what it writes does not depend on anything beside it. */
    public String withTokens() {
        StringBuilder tokens = new StringBuilder();
        specialTokens.forEach((name, token) -> {
            if (template().mentions(name)) {
                tokens.append("{% set ")
                        .append(name)
                        .append(" = ")
                        .append(literal(token))
                        .append(" %}\n");
            }
        });
        return source.startsWith(tokens.toString()) ? source : tokens + source;
    }

    private static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /** Whether it has a place for tools. */
    public boolean takesTools() {
        return template().mentions("tools");
    }

    /**
     * What it writes.
     *
     * @param generate {@code add_generation_prompt}
     */
    public String text(Chat chat, boolean generate) {
        return render(chat, generate).text();
    }

    /** The text up to the end of what the last message says, for the model to go on with: {@code continue_final_message}. */
    public String continued(Chat chat) {
        List<Map<String, Object>> messages = messages(chat);
        Map<String, Object> last = messages.get(messages.size() - 1);
        last.put("content", marked(last.get("content")));
        String text = render(messages, chat.tools(), false).text();
        int at = text.lastIndexOf(HERE.strip());
        if (at < 0) {
            throw WeftException.invalidData(
                    "the chat template does not write the last message as it is: there is nothing to go on with", "");
        }
        String before = text.substring(0, at);
        return text.startsWith(HERE, at) ? before : before.stripTrailing();
    }

    private static Object marked(Object content) {
        if (content instanceof String text) {
            return text + HERE;
        }
        if (content instanceof List<?> parts) {
            List<Object> changed = new ArrayList<>(parts);
            for (int i = parts.size() - 1; i >= 0; i--) {
                if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String text) {
                    Map<Object, Object> longer = new LinkedHashMap<>(part);
                    longer.put("text", text + HERE);
                    changed.set(i, longer);
                    return changed;
                }
            }
        }
        throw WeftException.invalidData("the last message has no text to go on with", "");
    }

    /** As {@link #text}, with what of it the template marks as the assistant's. */
    public Rendered render(Chat chat, boolean generate) {
        return render(messages(chat), chat.tools(), generate);
    }

    private Rendered render(List<Map<String, Object>> messages, List<?> tools, boolean generate) {
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", messages);
        variables.put("tools", tools.isEmpty() ? null : tools);
        variables.put("documents", null);
        variables.put("add_generation_prompt", generate);
        try {
            return template().render(variables, live ? LocalDateTime.now() : day, Limits.DEFAULT);
        } catch (JinjaException refusing) {
            String hint = !live && day == null && refusing.getMessage().contains(DATE)
                    ? "the template writes today's date: say which day it is with finetune.chat_date, such as 2024-07-26"
                    : "";
            if (refusing.kind() == JinjaException.Kind.VALUE && hint.isEmpty()) {
                throw WeftException.invalidData(FAILS + refusing.getMessage(), MEND);
            }
            throw WeftException.invalidData("the chat template refuses the messages: " + refusing.getMessage(), hint);
        }
    }

    /** Messages as {@code transformers} gives them to a template: without nulls, and thoughts under each of their names. */
    private static List<Map<String, Object>> messages(Chat chat) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (ChatMessage each : chat.messages()) {
            Map<String, Object> message = new LinkedHashMap<>();
            THOUGHTS.stream()
                    .map(each.fields()::get)
                    .filter(thought -> thought != null)
                    .findFirst()
                    .ifPresent(thought -> {
                        message.put("thinking", thought);
                        message.put("reasoning_content", thought);
                    });
            each.fields().forEach((name, value) -> {
                if (value != null && !name.equals("reasoning_content")) {
                    message.put(name, value);
                }
            });
            messages.add(message);
        }
        return messages;
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public List<ChatSegment> prompt(Chat chat) {
        return List.of(new ChatSegment(text(chat, true), false));
    }

    @Override
    public List<ChatSegment> segments(Chat chat, boolean generate) {
        return segments(chat, generate, false);
    }

    /** @param lastAnswer whether only the last of the assistant's messages is looked for, where the template marks none */
    public List<ChatSegment> segments(Chat chat, boolean generate, boolean lastAnswer) {
        Rendered whole = render(chat, generate);
        return template().marksGeneration()
                ? AssistantTurns.marked(whole)
                : AssistantTurns.found(this, chat, whole.text(), lastAnswer);
    }

    /** What the template writes behind an answer, whatever follows: its first word, where that is a marker. */
    @Override
    public List<String> stops() {
        List<String> known = stops;
        if (known == null) {
            known = new TemplateTurns(this).stops();
            stops = known;
        }
        return known;
    }

    /** Those of some special tokens that begin or end what somebody says, so that nobody else may write them. */
    public Set<String> turnMarkers(Collection<String> special) {
        return new TemplateTurns(this).markers(special);
    }

    /** Whether it takes the arguments of a call as the text of an object, and not as the object. */
    public boolean argumentsAsText() {
        return new TemplateTurns(this).argumentsAsText();
    }

    @Override
    public boolean marksEnds() {
        return true;
    }

    /** What decides its texts. */
    @Override
    public String toString() {
        return "JinjaTemplate[" + Sha256.hex(withTokens().getBytes(StandardCharsets.UTF_8))
                + (day == null ? "" : ", " + day) + "]";
    }
}
