package org.weft.tuning.task;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.Predictions;

/**
 * Answers of an assistant: the next token is learnt where it belongs to a response, or is the end-of-text that follows
 * it: each one, or, where the conversation's format ends an answer by a marker of its own, the last one. An empty answer
 * teaches nothing, not even its end.
 *
 * <pre>
 *   text       p p p r r r end         p prompt, r response
 *   tokens     p p p r r r
 *   targets    - - r r r end           - ignored
 * </pre>
 */
record InstructionTask(String promptColumn, String responseColumn, String messagesColumn, Conversation conversation)
        implements Task {
    private static final String ROLE = "role";
    private static final String CONTENT = "content";

    InstructionTask(DatasetConfig dataset, Conversation conversation) {
        this(dataset.promptColumn(), dataset.responseColumn(), dataset.messagesColumn(), conversation);
    }

    private boolean chat() {
        return !messagesColumn.isEmpty();
    }

    @Override
    public List<String> inputColumns() {
        return List.of(chat() ? messagesColumn : promptColumn);
    }

    @Override
    public List<String> targetColumns() {
        return List.of(chat() ? messagesColumn : responseColumn);
    }

    /** Parts of text as the text that they are. */
    @Override
    public Fields canonical(Fields row) {
        return chat() && row.get(messagesColumn) instanceof List<?> messages
                ? row.with(
                        messagesColumn,
                        messages.stream().map(InstructionTask::canonical).toList())
                : row;
    }

    private static Object canonical(Object message) {
        if (!(message instanceof Map<?, ?> map)) {
            return message;
        }
        String text = MessageContent.text(map.get(CONTENT));
        Map<Object, Object> whole = new LinkedHashMap<>(map);
        whole.computeIfPresent(CONTENT, (key, content) -> text == null ? content : text);
        return whole;
    }

    @Override
    public void check(Fields row, boolean labelled) {
        segments(row, messages(row, labelled));
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        TokenLoss sequence = new TokenLoss();
        List<ChatMessage> messages = messages(row, labelled);
        Iterator<ChatMessage> answers =
                messages.stream().filter(ChatMessage::ofAssistant).iterator();
        int[] end = {encoder.tokenizer().endOfText()};
        for (ChatSegment segment : segments(row, messages)) {
            boolean answer = segment.response() && labelled;
            boolean learn = answer && !answers.next().content().isBlank();
            sequence.add(ids(segment, encoder), learn);
            boolean ends = segment.response() && (answer && !answers.hasNext() || !conversation.marksEnds());
            if (ends && sequence.last() != end[0]) {
                sequence.add(end, learn);
            }
        }
        return labelled ? learnt(sequence, encoder, row) : asked(sequence, encoder, row);
    }

    /** Where the format has markers, they are the template's: contents that spell one are refused. */
    private int[] ids(ChatSegment segment, Encoder encoder) {
        return conversation.marksEnds()
                ? encoder.tokenizer().encode(segment.text())
                : encoder.encode(segment.text());
    }

    private List<ChatSegment> segments(Fields row, List<ChatMessage> messages) {
        try {
            return conversation.segments(messages);
        } catch (WeftException refused) {
            throw row.wrong(inputColumns().get(0), "is no conversation: " + refused.getMessage(), refused.hint());
        }
    }

    /** Each token predicts the next one. */
    private static Encoded learnt(TokenLoss sequence, Encoder encoder, Fields row) {
        int length = Math.max(1, Math.min(sequence.size() - 1, encoder.maxLength()));
        boolean cut = encoder.cut(sequence.size() - 1 > length, sequence.size() - 1, row);
        int[] targets = sequence.targets(0, length);
        Example example = new Example(sequence.tokens(0, length), length, targets, null, 1);
        int learnt = example.targetCount();
        String because = sequence.learnsNothing() ? "their answer is empty" : Encoded.CUT;
        return new Encoded(example.withWeight(learnt), cut, learnt == 0 ? because : null, null);
    }

    /** The end of what was said counts: the answer follows it. */
    private static Encoded asked(TokenLoss sequence, Encoder encoder, Fields row) {
        int length = Math.min(sequence.size(), encoder.maxLength());
        boolean cut = encoder.cut(sequence.size() > length, sequence.size(), row);
        int[] tokens = sequence.tokens(sequence.size() - length, length);
        return Encoded.of(new Example(tokens, length, null, null, 1), cut);
    }

    /** Of messages, those before the assistant's last. */
    @Override
    public Fields asked(Fields row) {
        if (!chat()) {
            return row;
        }
        List<?> messages = row.list(messagesColumn);
        return row.with(messagesColumn, List.copyOf(messages.subList(0, lastAnswer(messages(row, true)))));
    }

    private static int lastAnswer(List<ChatMessage> messages) {
        int last = messages.size() - 1;
        while (!messages.get(last).ofAssistant()) {
            last--;
        }
        return last;
    }

    /** What the row says that the assistant should answer. */
    private String answer(Fields row) {
        if (!chat()) {
            return row.text(responseColumn).strip();
        }
        List<ChatMessage> messages = messages(row, true);
        return messages.get(lastAnswer(messages)).content().strip();
    }

    /** The assistant's answer. */
    record Answer(String text) implements Prediction {
        @Override
        public List<Object> cells() {
            return List.of(text);
        }
    }

    @Override
    public boolean converses() {
        return true;
    }

    @Override
    public Prediction said(String generated) {
        return new Answer(conversation.answer(generated));
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        return new AnswerPredictions.Row(((Answer) said).text(), List.of(answer(row)));
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return AnswerPredictions.of(Predictions.rows(judged, AnswerPredictions.Row.class));
    }

    private List<ChatMessage> messages(Fields row, boolean labelled) {
        if (!chat()) {
            ChatMessage prompt = new ChatMessage(ChatMessage.USER, row.text(promptColumn));
            return labelled
                    ? List.of(prompt, new ChatMessage(ChatMessage.ASSISTANT, row.text(responseColumn)))
                    : List.of(prompt);
        }
        List<ChatMessage> messages = row.list(messagesColumn).stream()
                .map(message -> message(row, message))
                .toList();
        boolean answered = messages.stream().anyMatch(ChatMessage::ofAssistant);
        if (messages.isEmpty() || (labelled && !answered)) {
            throw row.wrong(
                    messagesColumn, "has no message of role assistant", "remove the row: nothing is learnt of it");
        }
        return messages;
    }

    private ChatMessage message(Fields row, Object value) {
        String hint = "give {\"role\": ..., \"content\": ...}, the content a text or parts of text";
        if (!(value instanceof Map<?, ?> map) || map.get(ROLE) == null) {
            throw row.wrong(messagesColumn, "has a message without role and content", hint);
        }
        String content = MessageContent.text(map.get(CONTENT));
        if (content == null) {
            String what = map.get(CONTENT) == null ? "has no content" : "has a content that is not all text";
            throw row.wrong(messagesColumn, "has a message of role " + map.get(ROLE) + " that " + what, hint);
        }
        return new ChatMessage(map.get(ROLE).toString(), content);
    }

    /** Tokens in the making, each with whether it is to be learnt. */
    private static final class TokenLoss {
        private int[] ids = {};
        private boolean[] learnt = {};

        void add(int[] more, boolean learn) {
            int from = ids.length;
            ids = Encoder.join(ids, more);
            learnt = Arrays.copyOf(learnt, ids.length);
            Arrays.fill(learnt, from, ids.length, learn);
        }

        int size() {
            return ids.length;
        }

        int last() {
            return ids.length == 0 ? Example.IGNORED : ids[ids.length - 1];
        }

        int[] tokens(int from, int length) {
            return Arrays.copyOfRange(ids, from, from + length);
        }

        boolean learnsNothing() {
            for (boolean each : learnt) {
                if (each) {
                    return false;
                }
            }
            return true;
        }

        /** At each position the token after it, where that is to be learnt. */
        int[] targets(int from, int length) {
            int[] targets = new int[length];
            for (int i = 0; i < length; i++) {
                int next = from + i + 1;
                targets[i] = next < ids.length && learnt[next] ? ids[next] : Example.IGNORED;
            }
            return targets;
        }
    }
}
