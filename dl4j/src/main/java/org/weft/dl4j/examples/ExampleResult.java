package org.weft.dl4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What became of an example.
 *
 * @param bar that it had to pass
 * @param test what the trained network says of the test part
 * @param seconds from the first epoch to the last
 * @param facts of the run, for people
 */
record ExampleResult(
        String name,
        String title,
        String network,
        ExampleData data,
        ExampleBar bar,
        List<EpochTable.Epoch> epochs,
        Outcome test,
        int workers,
        double seconds,
        Map<String, String> facts) {

    /** A row with the class that is right and the one that the network takes it for; of a sequence at its last step. */
    record Prediction(ExampleData.Shown shown, String right, String predicted) {

        boolean isRight() {
            return right.equals(predicted);
        }
    }

    double measured() {
        return bar.of(test);
    }

    boolean passes() {
        return bar.passes(measured());
    }

    List<Prediction> predictions() {
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < data.shown().size(); i++) {
            int at = (i + 1) * data.steps() - 1;
            predictions.add(new Prediction(
                    data.shown().get(i),
                    data.classes().get(test.right()[at]),
                    data.classes().get(test.predicted()[at])));
        }
        return predictions;
    }
}
