package org.weft.serve;

/** What a server serves: a model that continues text, or one that classifies it. */
public sealed interface ServedModel extends AutoCloseable permits TextModel, ClassifierModel {

    /** What clients call it. */
    String name();

    /** Tells one state of the model from another: as a rule the beginning of its parameters' SHA-256. */
    String fingerprint();

    @Override
    void close();
}
