package org.weft.serve;

/** What a server serves: a model that continues text, one whose head predicts, or one that gives texts vectors. */
public sealed interface ServedModel extends AutoCloseable permits TextModel, PredictionModel, VectorModel {

    /** What clients call it. */
    String name();

    /** Tells one state of the model from another: as a rule the beginning of its parameters' SHA-256. */
    String fingerprint();

    @Override
    void close();
}
