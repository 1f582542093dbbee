package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.driver.plan.Budget;
import org.weft.driver.plan.Forecast;
import org.weft.driver.plan.scale.CodecRates;
import org.weft.driver.plan.scale.ScalePlan;
import org.weft.driver.plan.scale.ScaleTable;
import picocli.CommandLine.Option;

/** {@code plan --scale}: the same run on clusters of other sizes, on other networks, in each way of keeping step. */
final class ScaleOptions {
    private static final List<Double> LINKS = List.of(1.0, 10.0, 25.0, 100.0);
    private static final double JITTER = 0.05;
    private static final int MOST_WORKERS = 1_024;

    private static final String GROWING = "growing";
    private static final String FIXED = "fixed";

    @Option(
            names = "--scale",
            arity = "0..1",
            fallbackValue = GROWING,
            paramLabel = "BATCH",
            description =
                    "Steps on clusters of 1 to 1,024 workers and links of 1, 10, 25 and 100 Gb/s (--network-gbits names others),"
                            + " in each way of keeping step. growing: each worker keeps its part of the batch; fixed: the batch is the"
                            + " configuration's.")
    private String scale;

    @Option(
            names = "--workers",
            split = ",",
            paramLabel = "N",
            description = "With --scale: sizes of the cluster, N,N,….")
    private List<Integer> workers;

    @Option(
            names = "--shared-processors",
            paramLabel = "N",
            description = "With --scale: processors that all workers and servers share; each has its own if not given.")
    private Integer sharedProcessors;

    @Option(
            names = "--jitter",
            paramLabel = "S",
            description = "With --scale: standard deviation of the time that a worker computes, as a share of it;"
                    + " 0.05 if not given.")
    private Double jitter;

    boolean asked() {
        if (scale == null && (workers != null || sharedProcessors != null || jitter != null)) {
            throw WeftException.usage(
                    "--workers, --shared-processors and --jitter are of --scale, which is not given", "add --scale");
        }
        return scale != null;
    }

    private ScalePlan plan(Forecast forecast) {
        if (!scale.equals(GROWING) && !scale.equals(FIXED)) {
            throw WeftException.usage("--scale " + scale + " is neither growing nor fixed", "");
        }
        int processors = sharedProcessors == null ? 0 : sharedProcessors;
        double deviation = jitter == null ? JITTER : jitter;
        if (processors < 0 || !(deviation >= 0 && deviation < 1)) {
            throw WeftException.usage(
                    "--shared-processors " + processors + " and --jitter " + deviation
                            + " must not be negative, nor --jitter 1 or more",
                    "");
        }
        if (forecast.config().cluster().streamed()) {
            throw WeftException.usage(
                    "--scale does not go with cluster.residency=streamed: it plays steps of workers that hold the whole model",
                    "set cluster.residency=whole, or leave --scale out");
        }
        return new ScalePlan(
                forecast.shape(),
                forecast.config(),
                forecast.peaks(),
                CodecRates.measure(),
                scale.equals(GROWING),
                processors,
                deviation);
    }

    private List<Integer> sizes() {
        if (workers != null) {
            for (int count : workers) {
                if (count < 1 || count > MOST_WORKERS) {
                    throw WeftException.usage("--workers " + count + " must be from 1 to " + MOST_WORKERS, "");
                }
            }
            return workers;
        }
        List<Integer> sizes = new ArrayList<>();
        for (int count = 1; count <= MOST_WORKERS; count *= 2) {
            sizes.add(count);
        }
        return sizes;
    }

    /**
     * Says it all.
     *
     * @param links in gigabits a second; none for the usual ones
     * @param quiet whether for programs alone
     */
    ArrayNode report(Forecast forecast, Budget budget, List<Double> links, boolean quiet) {
        ScalePlan plan = plan(forecast);
        ScaleTable table = new ScaleTable(plan, budget);
        List<Integer> sizes = sizes();
        ArrayNode rows = Json.MAPPER.createArrayNode();
        if (!quiet) {
            System.out.print(table.header());
        }
        for (double link : links.isEmpty() ? LINKS : links) {
            List<ScalePlan.Row> ofLink = plan.rows(link, sizes);
            if (!quiet) {
                System.out.print(table.render(ofLink));
            }
            ofLink.forEach(row -> rows.add(json(row, table)));
        }
        return rows;
    }

    private static ObjectNode json(ScalePlan.Row row, ScaleTable table) {
        ObjectNode object = Json.MAPPER
                .createObjectNode()
                .put("network_gbits", row.gbits())
                .put("workers", row.workers())
                .put("servers", row.servers())
                .put("take", row.best().choice().label());
        ObjectNode modes = object.putObject("modes");
        for (ScalePlan.Entry entry : row.entries()) {
            ObjectNode mode = modes.putObject(entry.choice().label())
                    .put("step_millis", 1000 * entry.stepSeconds())
                    .put("tokens_per_second", entry.tokensPerSecond())
                    .put("efficiency", entry.efficiency());
            double cost = table.cost(row, entry);
            if (Double.isFinite(cost)) {
                mode.put("cost", cost);
            }
        }
        return object;
    }
}
