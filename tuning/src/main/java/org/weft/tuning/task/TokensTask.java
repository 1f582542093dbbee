package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.Probabilities;
import org.weft.tuning.metrics.TagPredictions;
import org.weft.tuning.metrics.TagScheme;
import org.weft.tuning.task.PredictionColumn.Cells;

/**
 * A tag for each word. The words are joined by blanks and encoded as one text; a word's tag is predicted at its first
 * token, so that words mean the same to any tokenizer as they do in a text.
 */
record TokensTask(String tokensColumn, String tagsColumn, Labels labels) implements Task {
    private static final int NONE = -1;

    /** A tag that the model did not give, because the word was cut off, counts as outside of everything. */
    private static final String OUTSIDE = "O";

    TokensTask(DatasetConfig dataset, Labels labels) {
        this(dataset.tokensColumn(), dataset.tagsColumn(), labels);
    }

    @Override
    public List<String> inputColumns() {
        return List.of(tokensColumn);
    }

    @Override
    public List<String> targetColumns() {
        return List.of(tagsColumn);
    }

    @Override
    public boolean hasLabels() {
        return true;
    }

    @Override
    public List<String> labels(Fields row) {
        return row.strings(tagsColumn);
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        List<String> words = row.strings(tokensColumn);
        List<String> tags = labelled ? tags(row, words) : List.of();
        TextTokenizer.Spans spans = encoder.encodeWithSpans(String.join(" ", words));
        Framed framed = encoder.single(spans.ids(), row);
        int[] positions = firstTokens(words, spans, framed);
        int[] targets = null;
        double weight = 1;
        if (labelled) {
            targets = new int[framed.tokens().length]; // (T)
            Arrays.fill(targets, Example.IGNORED);
            weight = 0;
            for (int w = 0; w < positions.length; w++) {
                if (positions[w] != NONE) {
                    int tag = labels.index(tags.get(w), row);
                    targets[positions[w]] = tag;
                    weight += labels.weights().get(tag);
                }
            }
        }
        Example example = new Example(framed.tokens(), framed.tokens().length, targets, null, weight);
        boolean nothing = labelled && example.targetCount() == 0;
        return new Encoded(example, framed.truncated(), nothing, positions);
    }

    private List<String> tags(Fields row, List<String> words) {
        List<String> tags = row.strings(tagsColumn);
        if (tags.size() != words.size()) {
            throw WeftException.invalidData(
                    "words and tags of unequal number: " + tokensColumn + "=" + words.size() + " " + tagsColumn + "="
                            + tags.size() + " " + row.where(),
                    "give one tag for each word");
        }
        return tags;
    }

    /** For each word the position of the first kept token that has a character of it and of no word before it. */
    private static int[] firstTokens(List<String> words, TextTokenizer.Spans spans, Framed framed) {
        int[] positions = new int[words.size()];
        int start = 0;
        int token = 0;
        for (int w = 0; w < positions.length; w++) {
            int end = start + words.get(w).length();
            while (token < framed.firstLength() && spans.ends()[token] <= start) {
                token++;
            }
            boolean own = token < framed.firstLength() && spans.starts()[token] < end;
            positions[w] = own ? framed.firstStart() + token++ : NONE;
            start = end + 1;
        }
        return positions;
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        List<String> tags = new ArrayList<>();
        for (int position : encoded.anchors()) {
            tags.add(position == NONE ? "" : tag(outputs, position));
        }
        return new Tags(tags);
    }

    private String tag(float[] outputs, int position) {
        double[] probabilities = Probabilities.softmax(outputs, position * labels.size(), 1, labels.size());
        return labels.names().get(Probabilities.largest(probabilities));
    }

    /** A tag for each word; empty for words that were cut off or have no token. */
    record Tags(List<String> tags) implements Prediction {
        @Override
        public List<Object> cells() {
            return List.of(tags);
        }
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(PredictionColumn.prediction(Cells.TEXTS));
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction prediction) {
        List<String> right = row.strings(tagsColumn);
        List<String> said = ((Tags) prediction).tags();
        int outside = Math.max(0, labels.names().indexOf(OUTSIDE));
        int[] expected = new int[right.size()];
        int[] predicted = new int[right.size()];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = labels.known(right.get(i), tagsColumn);
            boolean none = i >= said.size() || said.get(i).isEmpty();
            predicted[i] = none ? outside : labels.names().indexOf(said.get(i));
        }
        return new TagPredictions.Row(expected, predicted);
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return TagPredictions.of(new TagScheme(labels.names()), Predictions.rows(judged, TagPredictions.Row.class));
    }
}
