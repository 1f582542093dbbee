package org.weft.tuning.task;

import java.util.ArrayList;
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
import org.weft.tuning.metrics.TextPredictions;

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
    private static final String WEIGHT = "weight";

    /** What a message may do beside saying something: this would be lost. */
    private static final List<String> CALLS = List.of("tool_calls", "function_call");

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
    public List<String> textColumns() {
        return chat() ? List.of() : columns();
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
        Iterator<Boolean> answers = teaching(row, messages).iterator();
        int[] end = {encoder.tokenizer().endOfText()};
        for (ChatSegment segment : segments(row, messages)) {
            boolean answer = segment.response() && labelled;
            boolean learn = answer && answers.next();
            sequence.add(ids(segment, encoder), learn);
            boolean ends = segment.response() && (answer && !answers.hasNext() || !conversation.marksEnds());
            if (ends && sequence.last() != end[0]) {
                sequence.add(end, learn);
            }
        }
        if (!labelled) {
            return asked(sequence, encoder, row);
        }
        boolean empty = messages.stream()
                .noneMatch(
                        message -> message.ofAssistant() && !message.content().isBlank());
        String because = empty ? "their answer is empty" : "their answers are of weight 0";
        return learnt(sequence, encoder, row, sequence.learnsNothing() ? because : Encoded.CUT);
    }

    /** Of each answer whether it is to be learnt: an empty one is not, nor one that OpenAI's {@code weight: 0} takes out. */
    private List<Boolean> teaching(Fields row, List<ChatMessage> messages) {
        List<?> given = chat() ? row.list(messagesColumn) : List.of();
        List<Boolean> teaching = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).ofAssistant()) {
                teaching.add((!chat() || weight(row, given.get(i)) == 1)
                        && !messages.get(i).content().isBlank());
            }
        }
        return teaching;
    }

    private int weight(Fields row, Object message) {
        Object given = ((Map<?, ?>) message).get(WEIGHT);
        String weight = given == null ? "1" : Labels.canonical(Fields.name(given));
        if (!weight.equals("0") && !weight.equals("1")) {
            throw row.wrong(messagesColumn, "has a message of weight " + weight, "a weight is 0 (not learnt) or 1");
        }
        return Integer.parseInt(weight);
    }

    /** Where the format has markers, they are the template's: contents that spell one are refused. */
    private int[] ids(ChatSegment segment, Encoder encoder) {
        return conversation.marksEnds() ? encoder.tokenizer().encode(segment.text()) : encoder.encode(segment.text());
    }

    private List<ChatSegment> segments(Fields row, List<ChatMessage> messages) {
        try {
            return conversation.segments(messages);
        } catch (WeftException refused) {
            throw row.wrong(inputColumns().get(0), "is no conversation: " + refused.getMessage(), refused.hint());
        }
    }

    /**
     * Each token predicts the next one.
     *
     * @param because why nothing is learnt, should it be so
     */
    private static Encoded learnt(TokenLoss sequence, Encoder encoder, Fields row, String because) {
        int length = Math.max(1, Math.min(sequence.size() - 1, encoder.maxLength()));
        boolean cut = encoder.cut(sequence.size() - 1 > length, sequence.size() - 1, row);
        int[] targets = sequence.targets(0, length);
        Example example = new Example(sequence.tokens(0, length), length, targets, null, 1);
        int learnt = example.targetCount();
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
        return TextPredictions.of(Predictions.rows(judged, AnswerPredictions.Row.class));
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
        weight(row, map);
        String content = MessageContent.text(map.get(CONTENT));
        if (content == null) {
            String what = map.get(CONTENT) == null ? "has no content" : "has a content that is not all text";
            throw row.wrong(messagesColumn, "has a message of role " + map.get(ROLE) + " that " + what, hint);
        }
        for (String call : CALLS) {
            Object asked = Fields.parsed(map.get(call));
            if (asked != null && !List.of().equals(asked)) {
                throw row.wrong(
                        messagesColumn,
                        "has a message of role " + map.get(ROLE) + " with " + call,
                        "calls of tools are not learnt: remove the row, or write them into the content");
            }
        }
        return new ChatMessage(map.get(ROLE).toString(), content);
    }
}
