package org.weft.dl4j.examples;

import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.core.config.TrainingConfig;
import org.weft.dl4j.ParameterServerTrainingMaster;
import org.weft.dl4j.data.ExampleOrder;

/** A short training, with Weft and in one process. */
record ComparedTraining(ExampleNetwork example, List<DataSet> all, int steps) {
    /** Largest difference allowed. */
    private static final double BAR = 1e-5;

    int globalBatch() {
        return example.settings(new ParameterServerTrainingMaster.Builder("unused"))
                .config()
                .globalBatch();
    }

    /** As many as the steps take. */
    List<DataSet> examples() {
        return all.subList(0, steps * globalBatch());
    }

    int report(TrainingConfig training, INDArray trained) {
        ExampleOrder order = new ExampleOrder(42, examples().size(), 0, 0, true);
        INDArray alone = new SingleProcess(examples(), order, training).train(example.network(), steps);
        double distance = Measures.distance(trained, alone);
        System.out.printf(
                Locale.ROOT,
                "%s: after %d steps the largest difference of a parameter from one process is %.2e, bar %.0e%n",
                example.name(),
                steps,
                distance,
                BAR);
        return distance <= BAR ? 0 : 1;
    }
}
