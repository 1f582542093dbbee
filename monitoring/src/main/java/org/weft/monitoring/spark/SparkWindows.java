package org.weft.monitoring.spark;

import java.util.List;
import org.apache.spark.SparkContext;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.run.WindowProvider;
import org.weft.driver.spark.SparkApplication;

/** The windows of {@code monitoring.spark_ui}. */
public final class SparkWindows implements WindowProvider {

    @Override
    public List<RunWindow> windows(WeftConfig config, SparkApplication application) {
        if (!config.monitoring().sparkUi()) {
            return List.of();
        }
        SparkContext context = application.context().sc();
        return List.of(new SparkUiWindow(context), new SparkMetricsWindow());
    }
}
