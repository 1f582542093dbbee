package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.AnswerSpan.Passage;
import org.weft.tuning.task.PredictionColumn.Cells;

/**
 * The span of a passage that answers a question. The question comes first, so that a model that reads from left to right
 * knows it in the passage. Labels of an example: positions of the answer's first and last token, (0, 0) where the passage
 * has none; where passages that are too long are read through windows, {@link WindowLabels}. Characters are code points to users, and Java's inside.
 */
record QaTask(String questionColumn, String contextColumn, String answersColumn, boolean mayHaveNoAnswer)
        implements Task {
    private static final int NONE = -1;

    QaTask(DatasetConfig dataset) {
        this(dataset.questionColumn(), dataset.contextColumn(), dataset.answersColumn(), dataset.mayHaveNoAnswer());
    }

    /** What decides the examples: not what may be said of them, so that fingerprints of data sets are the columns' alone. */
    @Override
    public String toString() {
        return "QaTask[questionColumn=" + questionColumn + ", contextColumn=" + contextColumn + ", answersColumn="
                + answersColumn + "]";
    }

    @Override
    public List<String> inputColumns() {
        return List.of(questionColumn, contextColumn);
    }

    @Override
    public List<String> targetColumns() {
        return List.of(answersColumn);
    }

    @Override
    public boolean unanswerable(Fields row) {
        return QaAnswers.of(row, answersColumn).texts().isEmpty();
    }

    @Override
    public void check(Fields row, boolean labelled) {
        inputColumns().forEach(row::text);
        if (labelled) {
            QaAnswers.of(row, answersColumn);
        }
    }

    /** The first of {@link #encodeAll}. */
    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        return encodeAll(row, encoder, labelled).get(0);
    }

    /** A window that has not the whole answer has none; a row whose answer is whole in no window is left out. */
    @Override
    public List<Encoded> encodeAll(Fields row, Encoder encoder, boolean labelled) {
        String context = row.text(contextColumn);
        int[] question = encoder.encode(row.text(questionColumn));
        TextTokenizer.Spans passage = encoder.encodeWithSpans(context);
        Gold gold = labelled ? gold(row, context) : null;
        List<Encoded> windows = new ArrayList<>();
        int number = 0;
        boolean learnt = false;
        for (Framed framed : encoder.windows(question, passage.ids(), row)) {
            int[] anchors = anchors(framed, passage);
            int from = framed.secondFrom();
            boolean begins = labelled && !gold.nowhere() && (from == 0 || passage.ends()[from - 1] <= gold.start());
            float[] labels = begins ? positions(gold, anchors) : null;
            learnt |= labels != null || gold == Gold.UNANSWERABLE;
            float[] ends = labelled && labels == null ? new float[] {0, 0} : labels;
            Passage shown = new Passage(framed.secondStart(), framed.secondStart() + framed.secondLength());
            float[] said = labelled && encoder.readsWindows()
                    ? new WindowLabels((int) ends[0], (int) ends[1], shown, number).toArray()
                    : ends;
            number++;
            windows.add(new Encoded(
                    new Example(framed.tokens(), framed.secondStart(), null, said, 1),
                    framed.truncated(),
                    null,
                    anchors));
        }
        return labelled && !learnt ? List.of(leftOut(windows.get(0), gold)) : windows;
    }

    @Override
    public int examples(Fields row, Encoder encoder) {
        if (!encoder.readsWindows()) {
            return 1;
        }
        return encoder.windowCount(
                encoder.encode(row.text(questionColumn)).length, encoder.encode(row.text(contextColumn)).length);
    }

    /** Characters that each position stands for (T, 2). */
    private static int[] anchors(Framed framed, TextTokenizer.Spans passage) {
        int[] anchors = new int[2 * framed.tokens().length];
        Arrays.fill(anchors, NONE);
        for (int i = 0; i < framed.secondLength(); i++) {
            anchors[2 * (framed.secondStart() + i)] = passage.starts()[framed.secondFrom() + i];
            anchors[2 * (framed.secondStart() + i) + 1] = passage.ends()[framed.secondFrom() + i];
        }
        return anchors;
    }

    private Encoded leftOut(Encoded first, Gold gold) {
        String because = gold == Gold.NOT_FOUND
                ? "their answer does not stand in " + contextColumn
                : "their answer does not lie whole within dataset.max_length";
        Example read = first.example();
        Example unlabelled = new Example(read.tokens(), read.secondSegment(), null, null, 1);
        return new Encoded(unlabelled, first.truncated(), because, first.anchors());
    }

    /** Characters of the answer in the passage. */
    private record Gold(int start, int end) {
        static final Gold UNANSWERABLE = new Gold(NONE, NONE);
        static final Gold NOT_FOUND = new Gold(NONE, 0);

        /** Whether there is no place to look for. */
        boolean nowhere() {
            return start == NONE;
        }
    }

    private Gold gold(Fields row, String context) {
        QaAnswers answers = QaAnswers.of(row, answersColumn);
        if (answers.texts().isEmpty()) {
            return Gold.UNANSWERABLE;
        }
        int at = answers.place(context);
        return at < 0
                ? Gold.NOT_FOUND
                : new Gold(at, at + answers.texts().get(0).length());
    }

    /** Of the answer's first and last token; null where it is not there whole. */
    private static float[] positions(Gold gold, int[] anchors) {
        int first = NONE;
        int last = NONE;
        boolean whole = false;
        for (int t = 0; 2 * t < anchors.length; t++) {
            int start = anchors[2 * t];
            int end = anchors[2 * t + 1];
            if (start != NONE && start < gold.end() && end > gold.start()) {
                first = first == NONE ? t : first;
                last = t;
                whole = end >= gold.end();
            }
        }
        return first != NONE && whole ? new float[] {first, last} : null;
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        return decodeAll(row, List.of(encoded), List.of(outputs));
    }

    /** What {@link AnswerSpan#likeliest} says of all windows. */
    @Override
    public Prediction decodeAll(Fields row, List<Encoded> encoded, List<float[]> outputs) {
        List<Passage> passages =
                encoded.stream().map(window -> passage(window.anchors())).toList();
        AnswerSpan span = AnswerSpan.likeliest(outputs, passages, mayHaveNoAnswer);
        double probability = span.probability(outputs.get(span.window()));
        if (span.none()) {
            return new Answer("", probability, 0, 0);
        }
        int[] anchors = encoded.get(span.window()).anchors();
        return answer(row.text(contextColumn), probability, anchors[2 * span.first()], anchors[2 * span.last() + 1]);
    }

    /** The tokens that stand for something of the passage, which follow one another. */
    private static Passage passage(int[] anchors) {
        int from = 0;
        while (2 * from < anchors.length && anchors[2 * from] == NONE) {
            from++;
        }
        int to = from;
        while (2 * to < anchors.length && anchors[2 * to] != NONE) {
            to++;
        }
        return new Passage(from, to);
    }

    /** Without the blanks that tokens begin with. */
    private static Answer answer(String context, double score, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && Character.isWhitespace(context.charAt(start))) {
            start++;
        }
        while (end > start && Character.isWhitespace(context.charAt(end - 1))) {
            end--;
        }
        int points = context.codePointCount(0, start);
        return new Answer(context.substring(start, end), score, points, points + context.codePointCount(start, end));
    }

    /**
     * The answer.
     *
     * @param text a part of the passage; empty where the model finds no answer in it
     * @param score probability of the first token times that of the last, each among the tokens of their window
     * @param start its first character, counted in code points of the passage
     * @param end the one after its last
     */
    record Answer(String text, double score, int start, int end) implements Prediction {
        @Override
        public List<Object> cells() {
            return List.of(text, score, start, end);
        }
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(
                PredictionColumn.prediction(Cells.TEXT),
                new PredictionColumn("score", Cells.NUMBER),
                new PredictionColumn("start", Cells.INTEGER),
                new PredictionColumn("end", Cells.INTEGER));
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        return new AnswerPredictions.Row(
                ((Answer) said).text(), QaAnswers.of(row, answersColumn).texts());
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return AnswerPredictions.of(Predictions.rows(judged, AnswerPredictions.Row.class));
    }
}
