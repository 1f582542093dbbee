package org.weft.dl4j.examples;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.weft.dl4j.ParameterServerTrainingMaster;

/** An example: data, and the networks that can be trained on it. */
interface ExampleNetwork {

    /** Of its folder under {@code examples/}. */
    String name();

    /** Networks that {@link #network} knows; the first is trained where none is named. */
    List<String> networks();

    /** Reads its data, fetching it where it is not there. */
    ExampleData load(ExampleSource source) throws IOException;

    /**
     * A fresh network, not initialised.
     *
     * @param network one of {@link #networks}
     */
    Model network(String network, ExampleData data);

    /** Sets batch sizes and clipping. */
    ParameterServerTrainingMaster.Builder settings(String network, ParameterServerTrainingMaster.Builder master);

    /** Epochs that it takes. */
    int epochs(String network, boolean small);
}
