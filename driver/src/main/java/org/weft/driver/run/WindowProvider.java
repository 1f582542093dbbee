package org.weft.driver.run;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.spark.SparkApplication;

/**
 * Makes windows on a run. Found on the class path by {@link ServiceLoader}, so that whatever trains has those that its
 * configuration asks for.
 */
public interface WindowProvider {

    /** The windows that a configuration asks for; opens nothing yet. */
    List<RunWindow> windows(WeftConfig config, SparkApplication application);

    /** The windows of all providers. */
    static List<RunWindow> of(List<WindowProvider> providers, WeftConfig config, SparkApplication application) {
        return providers.stream()
                .flatMap(provider -> provider.windows(config, application).stream())
                .toList();
    }

    /** Those on the class path of Weft's own classes: tasks' and notebooks' threads may know another one. */
    static List<WindowProvider> all() {
        List<WindowProvider> found = new ArrayList<>();
        ServiceLoader.load(WindowProvider.class, WindowProvider.class.getClassLoader())
                .forEach(found::add);
        return found;
    }
}
