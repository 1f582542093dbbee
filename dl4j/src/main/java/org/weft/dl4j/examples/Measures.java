package org.weft.dl4j.examples;

import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** What is measured of a trained network. */
final class Measures {
    private static final int BATCH = 100;

    private Measures() {}

    static double accuracy(MultiLayerNetwork network, List<DataSet> test) {
        return network.evaluate(new ListDataSetIterator<>(test, BATCH)).accuracy();
    }

    /** The largest absolute difference of two vectors. */
    static double distance(INDArray one, INDArray other) {
        return one.sub(other).amaxNumber().doubleValue();
    }
}
