package org.weft.monitoring.runs;

import java.util.List;
import java.util.Map;
import org.weft.driver.lease.StandbySight;

/**
 * A run in a table of runs. Numbers that are not known are NaN, or 0 where they count.
 *
 * @param path of its directory
 * @param name {@code run.name}
 * @param model architecture and shape; empty where not known
 * @param parameters of its newest checkpoint
 * @param step of its last line
 * @param steps that it has in all
 * @param loss of the last step
 * @param bestLoss best validation loss
 * @param bestStep where that was
 * @param tokens target tokens that it was trained on
 * @param tokensPerSecond mean of the last steps
 * @param mfu mean of the last steps
 * @param driver who drives it, or did last
 * @param standbys who would go on with it
 * @param lastSignMillis when a sign of life was last given, by the storage's clock; 0 where none ever was
 * @param settings the configuration by dotted key
 */
public record RunFacts(
        String path,
        String name,
        String model,
        long parameters,
        int step,
        int steps,
        double loss,
        double bestLoss,
        int bestStep,
        long tokens,
        double tokensPerSecond,
        double mfu,
        RunState state,
        String driver,
        List<StandbySight> standbys,
        long lastSignMillis,
        Map<String, String> settings) {}
