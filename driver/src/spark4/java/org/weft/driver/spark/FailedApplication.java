package org.weft.driver.spark;

import org.apache.spark.SparkUserAppException;

/** How Spark is told that an application failed; {@code src/spark3/java} has it for the other line. */
public final class FailedApplication {
    private FailedApplication() {}

    /**
     * What an application's main throws so that YARN calls it failed.
     *
     * @param status of the process, not 0
     */
    public static SparkUserAppException withStatus(int status) {
        return new SparkUserAppException(status, null);
    }
}
