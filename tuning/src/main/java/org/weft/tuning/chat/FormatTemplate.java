package org.weft.tuning.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.weft.core.WeftException;

/**
 * A format that Weft knows by name. Immutable.
 *
 * @param style what the template does beside its format
 * @param endOfText how the tokenizer spells the token that ends a text
 */
public record FormatTemplate(ChatStyle style, String endOfText) implements ChatTemplate {
    private static final List<String> LLAMA3_MARKERS =
            List.of("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");

    /** A template that does nothing beside its format. */
    public FormatTemplate(ChatFormat format, String endOfText) {
        this(ChatStyle.of(format), endOfText);
    }

    public ChatFormat format() {
        return style.format();
    }

    @Override
    public String name() {
        return format().key();
    }

    @Override
    public List<ChatSegment> prompt(Chat chat) {
        return segments(chat, true);
    }

    /** As {@link ChatTemplate#segments}; a content that holds a marker, which only the template may write, is refused. */
    @Override
    public List<ChatSegment> segments(Chat chat, boolean generate) {
        if (!chat.tools().isEmpty() || chat.messages().stream().anyMatch(ChatMessage::calls)) {
            throw WeftException.usage(
                    "the chat template " + format().key() + " has no way to write tools and calls of them",
                    "leave them out, or use the model's own chat template");
        }
        return segments(chat.messages(), generate);
    }

    List<ChatSegment> segments(List<ChatMessage> messages, boolean generate) {
        List<ChatSegment> segments = new ArrayList<>();
        if (format() == ChatFormat.LLAMA3) {
            segments.add(new ChatSegment("<|begin_of_text|>", false));
        }
        style.systemBefore(messages).ifPresent(message -> turn(message, segments));
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            check(message, i);
            turn(style.written(message), segments);
        }
        if (generate) {
            segments.add(new ChatSegment(beginning(ChatMessage.ASSISTANT), false));
        }
        return segments;
    }

    private void turn(ChatMessage message, List<ChatSegment> segments) {
        String gap = format() == ChatFormat.PLAIN ? " " : ""; // Belongs to the word after it, as tokenizers cut texts.
        String closing = format() == ChatFormat.PLAIN && message.ofAssistant() ? endOfText : format().closing();
        String after = format() == ChatFormat.LLAMA3 ? "" : "\n";
        if (message.ofAssistant()) {
            segments.add(new ChatSegment(beginning(message.role()), false));
            segments.add(new ChatSegment(gap + message.content() + closing, true));
            if (!after.isEmpty()) {
                segments.add(new ChatSegment(after, false));
            }
        } else {
            segments.add(new ChatSegment(beginning(message.role()) + gap + message.content() + closing + after, false));
        }
    }

    @Override
    public boolean marksEnds() {
        return !format().closing().isEmpty();
    }

    private String beginning(String role) {
        return switch (format()) {
            case CHATML -> "<|im_start|>" + role + "\n";
            case LLAMA3 -> "<|start_header_id|>" + role + "<|end_header_id|>\n\n";
            case PLAIN -> role.substring(0, 1).toUpperCase(Locale.ROOT) + role.substring(1) + ":";
        };
    }

    private void check(ChatMessage message, int index) {
        if (!List.of(ChatMessage.SYSTEM, ChatMessage.USER, ChatMessage.ASSISTANT)
                .contains(message.role())) {
            throw WeftException.usage(
                    "messages[" + index + "].role is " + message.role(), "roles are system, user and assistant");
        }
        markers()
                .filter(marker -> message.content().contains(marker))
                .findFirst()
                .ifPresent(marker -> {
                    throw WeftException.usage(
                            "messages[" + index + "].content contains " + marker + ", which ends or begins a turn",
                            "leave it out: only the chat template may write it");
                });
    }

    private Stream<String> markers() {
        Stream<String> own =
                switch (format()) {
                    case CHATML -> Stream.of("<|im_start|>", "<|im_end|>");
                    case LLAMA3 -> LLAMA3_MARKERS.stream();
                    case PLAIN -> Stream.of();
                };
        return Stream.concat(own, Stream.of(endOfText));
    }

    @Override
    public List<String> stops() {
        return Stream.of(format().closing(), format().opening())
                .filter(stop -> !stop.isEmpty())
                .toList();
    }

    @Override
    public String withoutGap(String said) {
        return format() == ChatFormat.PLAIN && said.startsWith(" ") ? said.substring(1) : said;
    }
}
