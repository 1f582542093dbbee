package org.weft.dl4j.examples;

import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.core.config.TrainingConfig;
import org.weft.dl4j.data.ExampleOrder;

/**
 * A short training, with Weft and in one process.
 *
 * @param training batch sizes and clipping
 */
record ComparedTraining(List<DataSet> all, TrainingConfig training, int steps) {
    /** Largest difference allowed. */
    private static final double BAR = 1e-5;

    /** As many as the steps take, or all of them. */
    List<DataSet> examples() {
        return all.subList(0, Math.min(all.size(), steps * training.globalBatch()));
    }

    /**
     * Says how far Weft's parameters are from those of one process, which trains {@code fresh}.
     *
     * @return the exit status
     */
    int report(String name, Model fresh, INDArray trained) {
        int done = examples().size() / training.globalBatch();
        ExampleOrder order = new ExampleOrder(42, examples().size(), 0, 0, true);
        INDArray alone = new SingleProcess(examples(), order, training).train(fresh, done);
        double distance = trained.sub(alone).amaxNumber().doubleValue();
        System.out.printf(
                Locale.ROOT,
                "%s: after %d steps the largest difference of a parameter from one process is %.2e, bar %.0e%n",
                name,
                done,
                distance,
                BAR);
        return distance <= BAR ? 0 : 1;
    }
}
