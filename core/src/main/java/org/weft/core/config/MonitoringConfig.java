package org.weft.core.config;

import java.io.Serializable;

/** Where people look at a run. */
public record MonitoringConfig(
        @Doc("A tab of the run in Spark's UI and History Server, and its numbers in Spark's metrics system.")
        boolean sparkUi)
        implements Serializable {

    static MonitoringConfig defaults() {
        return new MonitoringConfig(true);
    }
}
