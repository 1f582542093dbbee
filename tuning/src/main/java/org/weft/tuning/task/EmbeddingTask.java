package org.weft.tuning.task;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;
import org.weft.tuning.metrics.EmbeddingPredictions;
import org.weft.tuning.metrics.Predictions;

/**
 * Texts become vectors: an anchor's is to be near that of its positive, and far from those of other rows and of its negative. The texts
 * of a row are one example.
 *
 * @param negativeColumn empty for none
 */
record EmbeddingTask(String anchorColumn, String positiveColumn, String negativeColumn) implements Task {

    EmbeddingTask(DatasetConfig dataset) {
        this(dataset.anchorColumn(), dataset.positiveColumn(), dataset.negativeColumn());
    }

    @Override
    public List<String> inputColumns() {
        return List.of(anchorColumn);
    }

    @Override
    public List<String> targetColumns() {
        return negativeColumn.isEmpty() ? List.of(positiveColumn) : List.of(positiveColumn, negativeColumn);
    }

    @Override
    public List<String> textColumns() {
        return Stream.concat(inputColumns().stream(), targetColumns().stream()).toList();
    }

    @Override
    public void check(Fields row, boolean labelled) {
        (labelled ? textColumns() : inputColumns()).forEach(row::text);
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        List<Framed> texts = (labelled ? textColumns() : inputColumns())
                .stream()
                        .map(column ->
                                encoder.single(encoder.encode(row.text(column).strip()), row))
                        .toList();
        List<Example> parts = texts.stream()
                .map(framed -> new Example(framed.tokens(), framed.tokens().length, null, null, 1))
                .toList();
        boolean empty = texts.stream().anyMatch(framed -> framed.firstLength() == 0);
        boolean equal =
                labelled && Arrays.equals(parts.get(0).tokens(), parts.get(1).tokens());
        String because = empty ? "one of their texts has no token" : "anchor and positive are equal";
        return new Encoded(
                ExampleParts.joined(parts),
                texts.stream().anyMatch(Framed::truncated),
                labelled && (empty || equal) ? because : null,
                null);
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        PairOfVectors vectors = (PairOfVectors) said;
        return new EmbeddingPredictions.Row(vectors.anchor(), vectors.positive());
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return EmbeddingPredictions.of(Predictions.rows(judged, EmbeddingPredictions.Row.class));
    }
}
