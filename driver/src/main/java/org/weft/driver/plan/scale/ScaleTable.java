package org.weft.driver.plan.scale;

import java.util.List;
import java.util.Locale;
import org.weft.driver.plan.Budget;
import org.weft.driver.plan.Quantities;

/** A scale plan for people: a table a network, a line a cluster. */
public final class ScaleTable {
    private final ScalePlan plan;
    private final Budget budget;

    /**
     * @param budget whose price is of the configuration's workers
     */
    public ScaleTable(ScalePlan plan, Budget budget) {
        this.plan = plan;
        this.budget = budget;
    }

    /** What stands before the tables. */
    public String header() {
        int configured = plan.config().cluster().workers();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Steps on other clusters: %s; %s; %d servers for %d workers in proportion; local: %d steps a round%n",
                Quantities.count(plan.shape().layout().size()) + " parameters",
                plan.growing()
                        ? "each worker keeps its part of the batch, which grows with them: another run for each size"
                        : "the batch is the configuration's: the same bits whatever the size",
                plan.config().cluster().servers(),
                configured,
                plan.config().sync().steps()));
        text.append("A cell: seconds of a step, and the share of them that a worker computes.\n");
        return text.toString();
    }

    /** One network. */
    public String render(List<ScalePlan.Row> rows) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "Links of %s Gb/s%n", rows.get(0).gbits()));
        text.append(String.format(Locale.ROOT, "  %7s %7s", "workers", "servers"));
        for (SyncChoice choice : SyncChoice.values()) {
            text.append(String.format(Locale.ROOT, " %15s", choice.label()));
        }
        text.append("   take\n");
        for (ScalePlan.Row row : rows) {
            text.append(String.format(Locale.ROOT, "  %7d %7d", row.workers(), row.servers()));
            for (ScalePlan.Entry entry : row.entries()) {
                text.append(
                        String.format(Locale.ROOT, " %9.3f %3.0f %%", entry.stepSeconds(), 100 * entry.efficiency()));
            }
            ScalePlan.Entry best = row.best();
            text.append(String.format(
                    Locale.ROOT,
                    "   %s: %s tokens/s",
                    best.choice().label(),
                    Quantities.count(best.tokensPerSecond())));
            double cost = cost(row, best);
            if (!Double.isNaN(cost)) {
                text.append(String.format(Locale.ROOT, ", %,.2f", cost));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** Of the budget's tokens on a cluster of this size; NaN where no price is given. */
    public double cost(ScalePlan.Row row, ScalePlan.Entry entry) {
        return budget.cost(entry.tokensPerSecond())
                * row.workers()
                / plan.config().cluster().workers();
    }
}
