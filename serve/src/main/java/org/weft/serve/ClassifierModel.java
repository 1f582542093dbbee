package org.weft.serve;

import java.util.concurrent.Callable;

/**
 * A model that classifies text.
 *
 * @param classifier opens the model on the thread that calls it, which owns it from there on
 */
public record ClassifierModel(String name, String fingerprint, Callable<TextClassifier> classifier)
        implements ServedModel {

    @Override
    public void close() {
        // The classifier is closed by the thread that opened it.
    }
}
