package org.weft.tuning.task;

import java.util.Arrays;
import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.Probabilities;
import org.weft.tuning.task.PredictionColumn.Cells;

/**
 * The span of a passage that answers a question. The question comes first, so that a model that reads from left to right
 * knows it in the passage. Labels of an example: positions of the answer's first and last token, (0, 0) where the passage
 * has none. Characters are code points to users, and Java's inside.
 */
record QaTask(String questionColumn, String contextColumn, String answersColumn) implements Task {
    private static final int NONE = -1;

    QaTask(DatasetConfig dataset) {
        this(dataset.questionColumn(), dataset.contextColumn(), dataset.answersColumn());
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
    public void check(Fields row, boolean labelled) {
        inputColumns().forEach(row::text);
        if (labelled) {
            QaAnswers.of(row, answersColumn);
        }
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        String context = row.text(contextColumn);
        int[] question = encoder.encode(row.text(questionColumn));
        TextTokenizer.Spans passage = encoder.encodeWithSpans(context);
        Framed framed = encoder.pair(question, passage.ids(), row);
        int[] anchors = new int[2 * framed.tokens().length]; // (T, 2)
        Arrays.fill(anchors, NONE);
        for (int i = 0; i < framed.secondLength(); i++) {
            anchors[2 * (framed.secondStart() + i)] = passage.starts()[i];
            anchors[2 * (framed.secondStart() + i) + 1] = passage.ends()[i];
        }
        float[] labels = null;
        String leftOut = null;
        if (labelled) {
            Gold gold = gold(row, context);
            labels = gold == Gold.UNANSWERABLE ? new float[] {0, 0} : positions(gold, anchors);
            if (labels == null) {
                leftOut = gold == Gold.NOT_FOUND
                        ? "their answer does not stand in " + contextColumn
                        : "their answer does not lie whole within dataset.max_length";
            }
        }
        Example example = new Example(framed.tokens(), framed.secondStart(), null, labels, 1);
        return new Encoded(example, framed.truncated(), leftOut, anchors);
    }

    /** Characters of the answer in the passage. */
    private record Gold(int start, int end) {
        static final Gold UNANSWERABLE = new Gold(NONE, NONE);
        static final Gold NOT_FOUND = new Gold(NONE, 0);
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

    /** The best start and end of the passage with start <= end, unless (0, 0), no answer, is better. */
    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        int length = encoded.example().length();
        double[] starts = Probabilities.softmax(outputs, 0, 2, length); // (T)
        double[] ends = Probabilities.softmax(outputs, 1, 2, length); // (T)
        int[] anchors = encoded.anchors();
        double best = starts[0] * ends[0];
        int bestStart = NONE;
        int bestEnd = NONE;
        int start = NONE;
        for (int t = 0; t < length; t++) {
            if (anchors[2 * t] != NONE) {
                start = start == NONE || starts[t] > starts[start] ? t : start;
                if (starts[start] * ends[t] > best) {
                    best = starts[start] * ends[t];
                    bestStart = start;
                    bestEnd = t;
                }
            }
        }
        if (bestStart == NONE) {
            return new Answer("", best, 0, 0);
        }
        return answer(row.text(contextColumn), best, anchors[2 * bestStart], anchors[2 * bestEnd + 1]);
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
     * @param score probability of the first token times that of the last
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
