package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
    /** In place of a word's position: it has no token, as an empty word has none. */
    private static final int NONE = -1;

    /** In place of a word's position: what is too long was cut off before it. */
    private static final int CUT = -2;

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
    public List<String> textColumns() {
        return List.of();
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
        return row.labels(tagsColumn);
    }

    @Override
    public void check(Fields row, boolean labelled) {
        int words = row.strings(tokensColumn).size();
        if (labelled) {
            tags(row, words);
        }
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        List<String> words = row.strings(tokensColumn);
        List<String> tags = labelled ? tags(row, words.size()) : List.of();
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
                if (positions[w] >= 0) {
                    int tag = labels.index(tags.get(w), row);
                    targets[positions[w]] = tag;
                    weight += labels.weights().get(tag);
                }
            }
        }
        Example example = new Example(framed.tokens(), framed.tokens().length, targets, null, weight);
        boolean nothing = labelled && example.targetCount() == 0;
        return new Encoded(
                example,
                framed.truncated(),
                nothing ? "no word has a token within dataset.max_length" : null,
                positions);
    }

    private List<String> tags(Fields row, int words) {
        List<String> tags = row.labels(tagsColumn);
        if (tags.size() != words) {
            throw WeftException.invalidData(
                    "words and tags of unequal number: " + tokensColumn + "=" + words + " " + tagsColumn + "="
                            + tags.size() + " " + row.where(),
                    "give one tag for each word");
        }
        return tags;
    }

    /** For each word the position of the first token that has a character of it and of no word before it. */
    private static int[] firstTokens(List<String> words, TextTokenizer.Spans spans, Framed framed) {
        int[] positions = new int[words.size()];
        int start = 0;
        int token = 0;
        for (int w = 0; w < positions.length; w++) {
            int end = start + words.get(w).length();
            while (token < spans.ids().length && spans.ends()[token] <= start) {
                token++;
            }
            boolean own = token < spans.ids().length && spans.starts()[token] < end;
            positions[w] = !own ? NONE : token < framed.firstLength() ? framed.firstStart() + token : CUT;
            token += own ? 1 : 0;
            start = end + 1;
        }
        return positions;
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        List<String> tags = new ArrayList<>();
        BitSet cut = new BitSet();
        for (int position : encoded.anchors()) {
            cut.set(tags.size(), position == CUT);
            tags.add(position < 0 ? "" : tag(outputs, position));
        }
        return new Tags(tags, cut);
    }

    private String tag(float[] outputs, int position) {
        double[] probabilities = Probabilities.softmax(outputs, position * labels.size(), 1, labels.size());
        return labels.names().get(Probabilities.largest(probabilities));
    }

    /**
     * A tag for each word; empty for words that were cut off or have no token.
     *
     * @param cut words that were cut off
     */
    record Tags(List<String> tags, BitSet cut) implements Prediction {
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
        Tags given = (Tags) prediction;
        List<String> said = given.tags();
        List<String> right = tags(row, said.size());
        int outside = Math.max(0, labels.names().indexOf(OUTSIDE));
        int[] expected = new int[right.size()];
        int[] predicted = new int[right.size()];
        for (int i = 0; i < expected.length; i++) {
            boolean none = said.get(i).isEmpty();
            // A word without a token cannot be tagged by any model that reads it so: it counts in no metric.
            expected[i] = none && !given.cut().get(i) ? TagPredictions.IGNORED : labels.known(right.get(i), tagsColumn);
            predicted[i] = none ? outside : labels.names().indexOf(said.get(i));
        }
        return new TagPredictions.Row(expected, predicted);
    }

    @Override
    public void requireJudgeable() {
        new TagScheme(labels.names());
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return TagPredictions.of(new TagScheme(labels.names()), Predictions.rows(judged, TagPredictions.Row.class));
    }
}
