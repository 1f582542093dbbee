package org.weft.tuning.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.WeftException;

/**
 * What a template writes around what is said. No template says it: it is found by having it write small conversations, some of which
 * it may refuse. For one thread.
 */
final class TemplateTurns {
    /** An answer that no template has. */
    static final String ANSWER = "an:swer";

    /** A part of a call that no template has. */
    private static final String PLACE = "a:place";

    /** The nine characters that Mistral's templates insist on. */
    private static final String CALL = "abcdefghi";

    /** A special token, as models spell theirs, or a word that ends like one. */
    private static final Pattern MARKER = Pattern.compile("^(?:<[^<>\\s]+>|\\[[^\\[\\]\\s]+]|\\S*[>\\]}|](?=\\s|$))");

    private static final ChatMessage SYSTEM = new ChatMessage(ChatMessage.SYSTEM, "a system");
    private static final ChatMessage QUESTION = new ChatMessage(ChatMessage.USER, "a question");
    private static final ChatMessage ANSWERED = new ChatMessage(ChatMessage.ASSISTANT, ANSWER);

    private final JinjaTemplate template;

    TemplateTurns(JinjaTemplate template) {
        this.template = template;
    }

    /** What stands behind an answer, whatever follows: its first word, where that is a marker. */
    List<String> stops() {
        return stops(List.of()).or(() -> stops(List.of(SYSTEM))).orElse(List.of());
    }

    /** @param begin messages that the template wants first; empty where it refuses a conversation that begins so */
    private Optional<List<String>> stops(List<ChatMessage> begin) {
        String last = text(begin, QUESTION, ANSWERED);
        String followed = text(begin, QUESTION, ANSWERED, QUESTION);
        if (last == null || followed == null) {
            return Optional.empty();
        }
        if (!last.contains(ANSWER) || !followed.contains(ANSWER)) {
            return Optional.of(List.of());
        }
        String behind = last.substring(last.lastIndexOf(ANSWER) + ANSWER.length());
        int from = followed.lastIndexOf(ANSWER) + ANSWER.length();
        int same = 0;
        while (same < behind.length()
                && from + same < followed.length()
                && behind.charAt(same) == followed.charAt(from + same)) {
            same++;
        }
        Matcher marker = MARKER.matcher(behind.substring(0, same).strip());
        return Optional.of(marker.find() ? List.of(marker.group()) : List.of());
    }

    /**
     * Those of some special tokens that begin or end a turn, or a tool's result: all of them where the template refuses to show it.
     * What is left a model may have said itself, such as the token that calls a tool.
     */
    Set<String> markers(Collection<String> special) {
        String plain = text(List.of(), QUESTION, ANSWERED, QUESTION);
        String withSystem = text(List.of(SYSTEM), QUESTION, ANSWERED, QUESTION);
        if (plain == null && withSystem == null) {
            return Set.copyOf(special);
        }
        String shown = shownTools() + withSystem + plain + afterCall();
        Set<String> markers = new TreeSet<>();
        special.stream().filter(shown::contains).forEach(markers::add);
        return markers;
    }

    /** What stands before the first word of a conversation with a tool; empty where the template takes none. */
    private String shownTools() {
        Chat chat = new Chat(
                List.of(QUESTION),
                List.of(Map.of(
                        "type",
                        "function",
                        "function",
                        Map.of("name", "look", "description", "looks", "parameters", Map.of("type", "object")))));
        return Optional.ofNullable(text(chat)).orElse("");
    }

    /**
     * What stands behind a call: the turn's end, and a tool's result; empty where the template takes none. What closes the call itself
     * a model has said; where no end of the turn is known, it cannot be told from that.
     */
    private String afterCall() {
        ChatMessage result =
                new ChatMessage("tool", ANSWER, Map.of("role", "tool", "content", ANSWER, "tool_call_id", CALL));
        for (Object arguments : List.of(Map.of("at", PLACE), "{\"at\": \"" + PLACE + "\"}")) {
            String text = text(List.of(), QUESTION, call(arguments), result);
            if (text != null && text.contains(PLACE)) { // Some templates write neither form.
                String behind = text.substring(text.lastIndexOf(PLACE) + PLACE.length());
                int told = behind.indexOf(ANSWER);
                return stops().stream()
                        .map(behind::indexOf)
                        .filter(end -> end >= 0 && end < told)
                        .findFirst()
                        .map(behind::substring)
                        .orElse(behind);
            }
        }
        return "";
    }

    /** Whether a call's arguments are to be the text of an object: the object is refused, or written as Python shows it. */
    boolean argumentsAsText() {
        String ofObject = text(List.of(), QUESTION, call(Map.of("at", PLACE)), ANSWERED);
        String json = "{\"at\": \"" + PLACE + "\"}";
        String ofText = text(List.of(), QUESTION, call(json), ANSWERED);
        boolean refused = ofObject == null || ofObject.contains("{'at': '" + PLACE + "'}");
        return refused && ofText != null && ofText.contains(json);
    }

    private static ChatMessage call(Object arguments) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("role", ChatMessage.ASSISTANT);
        fields.put("content", "");
        fields.put(
                "tool_calls",
                List.of(Map.of(
                        "id", CALL, "type", "function", "function", Map.of("name", "look", "arguments", arguments))));
        return new ChatMessage(ChatMessage.ASSISTANT, "", fields);
    }

    private String text(List<ChatMessage> begin, ChatMessage... messages) {
        List<ChatMessage> all = new ArrayList<>(begin);
        all.addAll(List.of(messages));
        return text(new Chat(all));
    }

    /** Null where the template refuses it. */
    private String text(Chat chat) {
        try {
            return template.text(chat, false);
        } catch (WeftException needsMore) {
            return null;
        }
    }
}
