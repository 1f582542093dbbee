package org.weft.monitoring.mlflow;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.WeftException;
import org.weft.core.config.MonitoringConfig;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.run.WindowProvider;
import org.weft.driver.spark.SparkApplication;

/** MLflow, where {@code monitoring.mlflow} names a server. */
public final class MlflowWindows implements WindowProvider {
    private static final Logger LOG = LoggerFactory.getLogger(MlflowWindows.class);
    private static final Duration FIRST_CALL = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(10);

    @Override
    public void check(WeftConfig config, SparkApplication application) {
        MonitoringConfig monitoring = config.monitoring();
        if (!monitoring.mlflow().isBlank()) {
            requireMlflow(new MlflowServer(monitoring.mlflow(), System.getenv()), monitoring.mlflowExperiment());
        }
    }

    @Override
    public List<RunWindow> windows(WeftConfig config, SparkApplication application) {
        MonitoringConfig monitoring = config.monitoring();
        if (monitoring.mlflow().isBlank()) {
            return List.of();
        }
        MlflowServer server;
        try {
            server = new MlflowServer(monitoring.mlflow(), System.getenv());
        } catch (WeftException credentials) { // As the check has said; a run that goes on does so without MLflow.
            return List.of();
        }
        MlflowEntry entry = new MlflowEntry(
                application.store(),
                config.run().directory(),
                monitoring.mlflowExperiment(),
                application.context().sc().applicationId());
        return List.of(new MlflowWindow(server, entry, System::nanoTime));
    }

    /**
     * A server that is not there may come, which the window waits for; one that is something else, or lets nobody in, stays so.
     *
     * @throws WeftException where the configuration cannot be right
     */
    static void requireMlflow(MlflowServer server, String experiment) {
        server.timeout(FIRST_CALL);
        try {
            server.get("experiments/get-by-name", "experiment_name", experiment);
        } catch (MlflowException refusal) {
            if (refusal.deniesAccess()) {
                throw WeftException.usage(
                        "monitoring.mlflow: " + refusal.getMessage(),
                        "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the"
                                + " driver's environment");
            }
            if (!refusal.isMlflows() && !refusal.passes()) {
                throw WeftException.usage(
                        "monitoring.mlflow: " + refusal.getMessage(),
                        "give the address of an MLflow tracking server, such as http://host:5000");
            }
        } catch (IOException absent) {
            LOG.debug("{} does not answer yet", server.uri(), absent); // The window says so.
        } finally {
            server.timeout(CALL);
        }
    }
}
