package org.weft.tuning.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.jinja.Rendered;

/** Which of a rendered conversation the assistant says, so that it alone is learnt. */
final class AssistantTurns {
    private AssistantTurns() {}

    /** What the template marks. */
    static List<ChatSegment> marked(Rendered whole) {
        if (whole.lost()) {
            throw WeftException.invalidData(
                    "the chat template has {% generation %} in a macro or in a text that it keeps: where it stands is not known",
                    "put it around what is written");
        }
        return segments(whole.text(), whole.generated());
    }

    /**
     * What stands behind the prompt for each of the assistant's messages, up to where the conversation ends with it. Both are
     * beginnings of the whole text, or else nobody can tell; but a prompt may go on with what an answered conversation has not, such as
     * the opening of a thought, and then what it has in common with the conversation counts.
     */
    static List<ChatSegment> found(JinjaTemplate template, Chat chat, String whole, boolean lastAnswer) {
        Deque<Rendered.Span> spans = new ArrayDeque<>();
        List<ChatMessage> messages = chat.messages();
        for (int i = messages.size() - 1; i >= 0 && !(lastAnswer && !spans.isEmpty()); i--) {
            if (messages.get(i).ofAssistant()) {
                int start = start(template, chat, whole, i, lastAnswer);
                int end = i + 1 == messages.size()
                        ? whole.length()
                        : length(template, chat.first(i + 1), whole, i, lastAnswer);
                spans.addFirst(new Rendered.Span(start, withoutBlanks(whole, start, end)));
            }
        }
        return segments(whole, spans);
    }

    /** Where the assistant's message begins. */
    private static int start(JinjaTemplate template, Chat chat, String whole, int message, boolean lastAnswer) {
        Chat before = chat.first(message);
        String prompt = before.messages().isEmpty() ? "" : template.text(before, true);
        if (whole.startsWith(prompt)) {
            return prompt.length();
        }
        int least = length(template, before, whole, message, lastAnswer);
        String said = chat.messages().get(message).content().strip();
        int content = said.isEmpty() ? -1 : whole.indexOf(said, least);
        if (content < 0) { // calls alone, or a text that the template writes otherwise
            content = header(template, before, whole);
        }
        int same = least;
        while (same < prompt.length() && same < whole.length() && prompt.charAt(same) == whole.charAt(same)) {
            same++;
        }
        return content < 0 ? same : Math.min(same, content);
    }

    /** How far the text goes before what the assistant says, whatever that is; -1 where that is not the whole's beginning. */
    private static int header(JinjaTemplate template, Chat before, String whole) {
        List<ChatMessage> messages = new ArrayList<>(before.messages());
        messages.add(new ChatMessage(ChatMessage.ASSISTANT, TemplateTurns.ANSWER));
        String text = template.text(new Chat(messages, before.tools()), false);
        int at = text.lastIndexOf(TemplateTurns.ANSWER);
        return at >= 0 && whole.startsWith(text.substring(0, at)) ? at : -1;
    }

    /** Of the text of a beginning of the conversation, which is one of the whole text. */
    private static int length(JinjaTemplate template, Chat beginning, String whole, int message, boolean lastAnswer) {
        String text = beginning.messages().isEmpty() ? "" : template.text(beginning, false);
        if (!whole.startsWith(text)) {
            throw WeftException.invalidData(
                    "the chat template writes what is before messages[" + message
                            + "] in another way once more follows: what the assistant says there cannot be told",
                    "put {% generation %} into the template around it"
                            + (lastAnswer ? "" : ", or learn the last answer alone (dataset.mask_history: true)"));
        }
        return text.length();
    }

    /** The line ends behind what ends a turn are not the assistant's to say. */
    private static int withoutBlanks(String text, int start, int end) {
        int shorter = end;
        while (shorter > start && Character.isWhitespace(text.charAt(shorter - 1))) {
            shorter--;
        }
        return shorter;
    }

    private static List<ChatSegment> segments(String text, Collection<Rendered.Span> spans) {
        List<ChatSegment> segments = new ArrayList<>();
        int at = 0;
        for (Rendered.Span each : spans) {
            if (each.start() > at) {
                segments.add(new ChatSegment(text.substring(at, each.start()), false));
            }
            segments.add(new ChatSegment(text.substring(Math.max(at, each.start()), each.end()), true));
            at = each.end();
        }
        if (at < text.length()) {
            segments.add(new ChatSegment(text.substring(at), false));
        }
        return segments;
    }
}
