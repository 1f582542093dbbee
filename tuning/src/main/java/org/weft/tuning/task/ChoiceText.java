package org.weft.tuning.task;

import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.config.DatasetConfig;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;

/**
 * A question and one of its choices as a sequence of which the choice is predicted. A question that is too long loses its
 * beginning.
 *
 * @param context T: tokens of the longest sequence
 * @param conversation how the two become text; null for the choice after the question and a blank
 */
public record ChoiceText(TextTokenizer tokenizer, int context, Conversation conversation, boolean splitSpecialTokens) {

    /** One sequence. */
    public Batch batch(String question, String choice) {
        int[] asked;
        int[] said;
        if (conversation != null && conversation.whole()) {
            Parted parted = parted(conversation.segments(List.of(
                    new ChatMessage(ChatMessage.USER, question), new ChatMessage(ChatMessage.ASSISTANT, choice))));
            asked = parted.asked();
            said = parted.said();
        } else if (conversation == null) {
            asked = tokenizer.begun(tokenizer.encode(question.stripTrailing(), splitSpecialTokens));
            said = tokenizer.encodeAfterBlank(choice.strip(), splitSpecialTokens);
        } else {
            ChatMessage prompt = new ChatMessage(ChatMessage.USER, question);
            asked = encoded(conversation.segments(List.of(prompt)), false);
            said = encoded(
                    conversation.segments(List.of(prompt, new ChatMessage(ChatMessage.ASSISTANT, choice))), true);
        }
        int[] before = asked.length == 0 ? new int[] {tokenizer.endOfText()} : asked;
        if (said.length == 0 || said.length > context) {
            throw WeftException.invalidData(
                    "a choice of " + said.length + " tokens: it must have 1 to " + context + ": " + choice,
                    "mend or remove the row");
        }
        int[] all = Encoder.join(before, said);
        int length = Math.min(context, all.length - 1);
        int from = all.length - 1 - length;
        int[] targets = Arrays.copyOfRange(all, from + 1, all.length); // (T)
        Arrays.fill(targets, 0, length - said.length, Batch.IGNORED);
        return Batch.ofTokens(1, length, Arrays.copyOfRange(all, from, from + length), targets);
    }

    /** Tokens of a conversation up to where the choice ends; those that reach into it are said. */
    private record Parted(int[] asked, int[] said) {}

    /** One text, encoded whole as it was learnt. */
    private Parted parted(List<ChatSegment> segments) {
        StringBuilder text = new StringBuilder();
        int start = -1;
        int end = -1;
        for (ChatSegment segment : segments) {
            start = segment.response() && start < 0 ? text.length() : start;
            text.append(segment.text());
            end = segment.response() ? text.length() : end;
        }
        TextTokenizer.Spans spans = tokenizer.encodeWithSpans(text.toString());
        int first = 0;
        while (first < spans.ids().length && spans.ends()[first] <= start) {
            first++;
        }
        int last = first;
        while (last < spans.ids().length && spans.starts()[last] < end && spans.ends()[last] > start) {
            last++;
        }
        return new Parted(Arrays.copyOf(spans.ids(), first), Arrays.copyOfRange(spans.ids(), first, last));
    }

    private int[] encoded(List<ChatSegment> segments, boolean response) {
        return segments.stream()
                .filter(segment -> !response || segment.response())
                .map(segment -> tokenizer.encode(segment.text(), splitSpecialTokens && !conversation.marksEnds()))
                .reduce(new int[0], (a, b) -> Encoder.join(a, b));
    }

    /** The number of the right choice: the label column has it, from 0, or has the choice itself. */
    public static int right(Fields row, List<String> choices, DatasetConfig dataset) {
        String label = row.text(dataset.labelColumn());
        boolean number = row.get(dataset.labelColumn()) instanceof Number;
        int index = number ? -1 : choices.indexOf(label);
        if (index < 0 && label.matches("\\d{1,6}")) {
            index = Integer.parseInt(label);
        }
        if (choices.stream().anyMatch(String::isBlank)) {
            throw row.wrong(dataset.choicesColumn(), "has an empty choice", "mend or remove the row");
        }
        if (choices.size() < 2 || index < 0 || index >= choices.size()) {
            throw row.wrong(
                    dataset.labelColumn(),
                    "says \"" + label + "\" of " + choices.size() + " choices",
                    "give two choices or more in " + dataset.choicesColumn()
                            + ", and the right one's number from 0, or its text");
        }
        return index;
    }
}
