package org.weft.tuning.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.engine.Attributions;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.PredictionColumn;
import org.weft.tuning.task.PredictionColumn.Cells;

/**
 * What a model says of a row, and how much each token has to do with it.
 *
 * @param tokens as they are spelt, those around the text among them (T)
 * @param why of the label that was said, or the likeliest of several, or the value
 * @param steps points of the integral
 */
record Explained(Prediction said, List<String> tokens, Attributions why, int steps) implements Prediction {
    /** What is written beside the prediction, in this order. */
    static final List<PredictionColumn> COLUMNS = List.of(
            new PredictionColumn("explained_tokens", Cells.TEXTS),
            new PredictionColumn("attributions", Cells.VECTOR),
            new PredictionColumn("attention_rollout", Cells.VECTOR),
            new PredictionColumn("convergence_delta", Cells.NUMBER),
            new PredictionColumn("explain_steps", Cells.INTEGER));

    @Override
    public List<Object> cells() {
        List<Object> cells = new ArrayList<>(said.cells());
        cells.add(tokens);
        cells.add(floats(why.gradients()));
        cells.add(floats(why.rollout()));
        cells.add(why.convergenceDelta());
        cells.add(steps);
        return cells;
    }

    @Override
    public Map<String, Double> byLabel() {
        return said.byLabel();
    }

    private static List<Float> floats(float[] values) {
        List<Float> list = new ArrayList<>(values.length);
        for (float value : values) {
            list.add(value);
        }
        return list;
    }
}
