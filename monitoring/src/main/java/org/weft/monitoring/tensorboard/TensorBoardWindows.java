package org.weft.monitoring.tensorboard;

import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.run.WindowProvider;
import org.weft.driver.spark.SparkApplication;

/** Event files, where {@code monitoring.tensorboard} asks for them. */
public final class TensorBoardWindows implements WindowProvider {
    @Override
    public List<RunWindow> windows(WeftConfig config, SparkApplication application) {
        return config.monitoring().tensorboard()
                ? List.of(
                        new TensorBoardWindow(application.store(), config.run().directory()))
                : List.of();
    }
}
