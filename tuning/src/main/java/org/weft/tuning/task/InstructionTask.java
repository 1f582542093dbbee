package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;
import org.weft.tuning.chat.JinjaTemplate;
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
 *
 * @param masksHistory whether only the last answer is learnt
 */
record InstructionTask(ChatRows rows, boolean masksHistory, Conversation conversation) implements Task {

    InstructionTask(DatasetConfig dataset, Conversation conversation) {
        this(ChatRows.of(dataset, conversation.whole()), dataset.maskHistory(), conversation);
    }

    @Override
    public List<String> inputColumns() {
        return rows.inputColumns();
    }

    @Override
    public List<String> textColumns() {
        return rows.several() ? List.of() : List.of(rows.promptColumn(), rows.responseColumn());
    }

    @Override
    public List<String> targetColumns() {
        return List.of(rows.several() ? rows.messagesColumn() : rows.responseColumn());
    }

    @Override
    public Fields canonical(Fields row) {
        return rows.canonical(row);
    }

    @Override
    public void check(Fields row, boolean labelled) {
        Chat chat = rows.chat(row, labelled);
        List<ChatSegment> segments = segments(row, chat, labelled);
        if (labelled) {
            teaching(row, chat, segments);
        }
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        Chat chat = rows.chat(row, labelled);
        List<ChatSegment> segments = segments(row, chat, labelled);
        List<Boolean> teaching = labelled ? teaching(row, chat, segments) : List.of();
        TokenLoss sequence = conversation.whole()
                ? together(row, chat, segments, teaching, encoder)
                : oneByOne(segments, teaching, encoder, labelled);
        if (!labelled) {
            return asked(sequence, encoder, row);
        }
        boolean empty = chat.messages().stream().noneMatch(message -> message.ofAssistant() && !message.empty());
        String because = empty ? "their answer is empty" : "their answers are of weight 0";
        return learnt(sequence, encoder, row, sequence.learnsNothing() ? because : Encoded.CUT);
    }

    private TokenLoss oneByOne(List<ChatSegment> segments, List<Boolean> teaching, Encoder encoder, boolean labelled) {
        TokenLoss sequence = new TokenLoss();
        Iterator<Boolean> answers = teaching.iterator();
        int[] end = {encoder.tokenizer().endOfText()};
        for (ChatSegment segment : segments) {
            boolean answer = segment.response() && labelled;
            boolean learn = answer && answers.next();
            sequence.add(ids(segment, encoder), learn);
            boolean ends = segment.response() && (answer && !answers.hasNext() || !conversation.marksEnds());
            if (ends && sequence.last() != end[0]) {
                sequence.add(end, learn);
            }
        }
        return sequence;
    }

    /**
     * One text, encoded whole; a token is learnt that has a character of an answer that is. Where the template writes nothing behind
     * the last answer, the end-of-text follows it.
     */
    private TokenLoss together(
            Fields row, Chat chat, List<ChatSegment> segments, List<Boolean> teaching, Encoder encoder) {
        try {
            chat.requireWithout(encoder.tokenizer().specialTokens());
        } catch (WeftException refused) {
            throw noConversation(row, refused);
        }
        StringBuilder text = new StringBuilder();
        BitSet learnt = new BitSet(); // bit i: character i of the text is to be learnt
        Iterator<Boolean> answers = teaching.iterator();
        boolean last = false;
        for (ChatSegment segment : segments) {
            int start = text.length();
            text.append(segment.text());
            if (segment.response() && answers.hasNext()) {
                last = answers.next();
                learnt.set(start, text.length(), last);
            }
        }
        TokenLoss sequence = new TokenLoss();
        TextTokenizer.Spans spans = encoder.tokenizer().encodeWithSpans(text.toString());
        for (int from = 0, to; from < spans.ids().length; from = to) {
            boolean learn = learns(learnt, spans, from);
            to = from + 1;
            while (to < spans.ids().length && learns(learnt, spans, to) == learn) {
                to++;
            }
            sequence.add(Arrays.copyOfRange(spans.ids(), from, to), learn);
        }
        if (!teaching.isEmpty() && chat.answered() && endsWithAnswer(text, chat)) {
            sequence.add(new int[] {encoder.tokenizer().endOfText()}, last);
        }
        return sequence;
    }

    private static boolean learns(BitSet learnt, TextTokenizer.Spans spans, int token) {
        int next = learnt.nextSetBit(spans.starts()[token]);
        return next >= 0 && next < spans.ends()[token];
    }

    private static boolean endsWithAnswer(StringBuilder text, Chat chat) {
        ChatMessage last = chat.messages().get(chat.messages().size() - 1);
        return !last.calls() && text.toString().strip().endsWith(last.content().strip());
    }

    /** Of each answer of the text whether it is to be learnt. */
    private List<Boolean> teaching(Fields row, Chat chat, List<ChatSegment> segments) {
        List<Boolean> teaching = rows.teaching(row, chat);
        int answers = (int) segments.stream().filter(ChatSegment::response).count();
        if (masksHistory && (answers == teaching.size() || answers == 1)) {
            List<Boolean> last = new ArrayList<>(Collections.nCopies(answers, false));
            last.set(answers - 1, teaching.get(teaching.size() - 1));
            return last;
        }
        if (answers == teaching.size()) {
            return teaching;
        }
        if (masksHistory || teaching.contains(false)) {
            throw row.wrong(
                    rows.inputColumns().get(0),
                    "has " + teaching.size()
                            + " answers, of which some are not to be learnt, and the chat template marks " + answers,
                    "put one {% generation %} around each answer in the template");
        }
        return Collections.nCopies(answers, true);
    }

    /** Where the format has markers, they are the template's: contents that spell one are refused. */
    private int[] ids(ChatSegment segment, Encoder encoder) {
        return conversation.marksEnds() ? encoder.tokenizer().encode(segment.text()) : encoder.encode(segment.text());
    }

    private List<ChatSegment> segments(Fields row, Chat chat, boolean labelled) {
        try {
            return labelled ? conversation.segments(chat) : conversation.asked(chat);
        } catch (WeftException refused) {
            throw noConversation(row, refused);
        }
    }

    private WeftException noConversation(Fields row, WeftException refused) {
        boolean fails = refused.getMessage().startsWith(JinjaTemplate.FAILS);
        String what = fails ? "cannot be written as text: " : "is no conversation: ";
        return row.wrong(inputColumns().get(0), what + refused.getMessage(), refused.hint());
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
        return rows.asked(row);
    }

    /** The assistant's answer. */
    record Answer(String text) implements Prediction {
        static final List<PredictionColumn> COLUMNS = List.of(PredictionColumn.prediction(PredictionColumn.Cells.TEXT));

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
    public List<PredictionColumn> predictionColumns() {
        return Answer.COLUMNS;
    }

    @Override
    public Prediction said(String generated) {
        return new Answer(conversation.answer(generated));
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        return new AnswerPredictions.Row(((Answer) said).text(), List.of(rows.answer(row)));
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return TextPredictions.of(Predictions.rows(judged, AnswerPredictions.Row.class));
    }

    /** What decides the examples; of settings that came later only those that somebody changed: sets of examples stay as they are. */
    @Override
    public String toString() {
        return "InstructionTask[promptColumn=" + rows.promptColumn() + ", responseColumn=" + rows.responseColumn()
                + ", messagesColumn=" + rows.messagesColumn() + ", conversation=" + conversation
                + (rows.toolsColumn().isEmpty() ? "" : ", toolsColumn=" + rows.toolsColumn())
                + (masksHistory ? ", masksHistory" : "") + "]";
    }
}
