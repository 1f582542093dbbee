package org.weft.bench.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;

/**
 * The end of a run.
 *
 * @param run its number; 0 is the undisturbed one
 * @param bits {@code same bits}, {@code OTHER BITS}, {@code NO END}, or {@code undisturbed}
 * @param trouble what went wrong besides the faults: a driver that ended by itself, a run that hangs; or empty
 * @param hash {@code params_sha256}, or empty
 * @param exitStatus of the last driver
 * @param goodput {@link StepTimes#goodput}
 */
public record RunReport(
        int run,
        Shape shape,
        String bits,
        String trouble,
        String hash,
        int exitStatus,
        int steps,
        double medianMillis,
        double goodput) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** In words. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "run %d (%s): %s, %d steps, median %.0f ms, goodput %.2f, exit status %d, params_sha256 %s",
                run,
                shape,
                trouble.isEmpty() ? bits : bits + ", but " + trouble,
                steps,
                medianMillis,
                goodput,
                exitStatus,
                hash.isEmpty() ? "none" : hash);
    }

    /** The object of {@code results.jsonl}. */
    public String json() {
        return JSON.createObjectNode()
                .put("run", run)
                .put("shape", shape.name())
                .put("bits", bits)
                .put("trouble", trouble)
                .put("params_sha256", hash)
                .put("exit_status", exitStatus)
                .put("steps", steps)
                .put("median_step_millis", Math.round(medianMillis * 10) / 10.0)
                .put("goodput", Math.round(goodput * 1000) / 1000.0)
                .toString();
    }
}
