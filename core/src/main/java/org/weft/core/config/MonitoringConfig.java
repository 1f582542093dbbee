package org.weft.core.config;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;

/** Where people look at a run. */
public record MonitoringConfig(
        @Doc("A tab of the run in Spark's UI and History Server, and its numbers in Spark's metrics system.")
        boolean sparkUi,

        @Doc("Event files for TensorBoard in run.dir/tensorboard: numbers of every step, evaluation and checkpoint.")
        boolean tensorboard,

        @Doc(
                "An MLflow tracking server that shows the run, such as http://host:5000; empty for none. Credentials are those of "
                        + "MLflow's own client, from the driver's environment: MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN.")
        String mlflow,

        @Doc("MLflow's experiment that the run belongs to; made where it is not there.")
        String mlflowExperiment)
        implements Serializable {

    static MonitoringConfig defaults() {
        return new MonitoringConfig(true, false, "", "weft");
    }

    void validate(Problems problems) {
        if (mlflow.isBlank()) {
            return;
        }
        problems.require(!mlflowExperiment.isBlank(), "monitoring.mlflow_experiment is empty");
        if (mlflow.contains("@")) { // Not shown: a password may stand there.
            problems.add("monitoring.mlflow holds a user or a password; give them as MLFLOW_TRACKING_USERNAME and"
                    + " MLFLOW_TRACKING_PASSWORD in the driver's environment");
            return;
        }
        problems.require(
                isServer(mlflow),
                "monitoring.mlflow=%s is no http:// or https:// address of an MLflow server, such as http://host:5000",
                mlflow);
    }

    private static boolean isServer(String address) {
        try {
            URI uri = new URI(address);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return http && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null;
        } catch (URISyntaxException isNone) {
            return false;
        }
    }
}
