package org.weft.dl4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** A network that tells handwritten digits apart. */
interface DigitsExample extends ExampleNetwork {

    /** Where the digits are. */
    Path digits();

    @Override
    default List<DataSet> train() throws IOException {
        return new Digits(digits()).train();
    }

    @Override
    default List<DataSet> test() throws IOException {
        return new Digits(digits()).test();
    }

    @Override
    default String metric() {
        return "accuracy on 1,000 digits";
    }

    @Override
    default double measure(MultiLayerNetwork network, List<DataSet> test) {
        return Measures.accuracy(network, test);
    }
}
