package org.weft.driver.run;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.spark.SparkApplication;

/**
 * Makes windows on a run. Found on the class path by {@link ServiceLoader}, so that whatever trains has those that its
 * configuration asks for.
 */
public interface WindowProvider {

    /**
     * Looks whether the windows that a configuration asks for can ever show a run.
     *
     * @throws WeftException where they cannot
     */
    default void check(WeftConfig config, SparkApplication application) {}

    /** The windows that a configuration asks for; opens nothing yet, and refuses nothing. */
    List<RunWindow> windows(WeftConfig config, SparkApplication application);

    /**
     * Lets all providers look.
     *
     * @param begun told of what they refuse, of a run that goes on all the same; null of one that has nothing to lose yet
     * @throws WeftException of the first that refuses, where the run has not begun
     */
    static void check(List<WindowProvider> providers, WeftConfig config, SparkApplication application, Progress begun) {
        for (WindowProvider provider : providers) {
            try {
                provider.check(config, application);
            } catch (WeftException refusal) {
                if (begun == null) {
                    throw refusal;
                }
                begun.say("the run goes on, though it may not be shown everywhere: " + refusal.getMessage()
                        + (refusal.hint().isEmpty() ? "" : "; " + refusal.hint()));
            }
        }
    }

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
