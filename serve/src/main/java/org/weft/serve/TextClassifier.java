package org.weft.serve;

import java.util.List;

/** A model that puts labels on texts. Opened, used and closed by one thread. */
public interface TextClassifier extends AutoCloseable {

    /**
     * The labels of each text with their probabilities, the most probable first.
     *
     * @param texts at least one
     * @return one list for each text, in their order
     * @throws org.weft.core.WeftException where a text cannot be classified, such as one that is too long
     */
    List<List<LabelProbability>> classify(List<String> texts);

    @Override
    void close();
}
