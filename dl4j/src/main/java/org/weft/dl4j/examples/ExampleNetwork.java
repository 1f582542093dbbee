package org.weft.dl4j.examples;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.dl4j.ParameterServerTrainingMaster;

/** A network, what it learns from, and how well it has to. */
interface ExampleNetwork {

    String name();

    /** A fresh configuration. */
    MultiLayerConfiguration network();

    /** Everything that is learnt from, one example a data set, in an order of its own. */
    List<DataSet> train() throws IOException;

    /** What nothing is learnt from. */
    List<DataSet> test() throws IOException;

    /** Sets epochs and batch sizes. */
    ParameterServerTrainingMaster.Builder settings(ParameterServerTrainingMaster.Builder master);

    /** What is measured, with its unit. */
    String metric();

    /** The metric of a network on {@link #test}. */
    double measure(MultiLayerNetwork network, List<DataSet> test);

    /** Whether a metric is good enough. */
    boolean passes(double metric);
}
