package org.weft.monitoring.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Json;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * {@code mlflow.json} in a run's directory: which run of which server shows it, so that it goes on there.
 *
 * @param formatVersion of the file
 * @param trackingUri of the server, without credentials
 * @param runId the server's name of the run
 */
record RunLink(int formatVersion, String trackingUri, String runId) {
    private static final Logger LOG = LoggerFactory.getLogger(RunLink.class);
    private static final int FORMAT_VERSION = 1;

    RunLink(String trackingUri, String runId) {
        this(FORMAT_VERSION, trackingUri, runId);
    }

    /** Null where there is none to read. */
    static RunLink load(Store store, RunDirectory run) throws IOException {
        if (!store.exists(run.mlflow())) {
            return null;
        }
        try {
            return Json.RECORDS.readValue(store.readAll(run.mlflow()), RunLink.class);
        } catch (JsonProcessingException damaged) {
            LOG.warn("{} is damaged: MLflow gets a new run", run.mlflow());
            return null;
        }
    }

    void save(Store store, RunDirectory run) throws IOException {
        store.write(run.mlflow(), Json.RECORDS.writeValueAsBytes(this));
    }
}
