package org.weft.driver.plan;

import static org.weft.driver.plan.Quantities.bytes;
import static org.weft.driver.plan.Quantities.count;
import static org.weft.driver.plan.Quantities.seconds;

import java.util.Locale;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;

/** A forecast for people: one table, a section a question. */
public final class ForecastTable {
    private static final int LABEL = 34;

    private final Forecast forecast;
    private final Budget budget;
    private final StringBuilder text = new StringBuilder();

    public ForecastTable(Forecast forecast, Budget budget) {
        this.forecast = forecast;
        this.budget = budget;
    }

    public String render() {
        text.setLength(0);
        model();
        workerMemory();
        serverMemory();
        processMemory();
        step();
        budget();
        law();
        for (String warning : forecast.warnings()) {
            text.append("warning: ").append(warning).append('\n');
        }
        return text.toString();
    }

    private void model() {
        WeftConfig config = forecast.config();
        section(String.format(
                Locale.ROOT,
                "Model: %s, %d blocks, width %d, context %d, vocabulary %,d",
                config.model().architecture(),
                config.model().layers(),
                config.model().width(),
                config.model().context(),
                forecast.shape().vocabSize()));
        row("parameters", String.format(Locale.ROOT, "%,d", forecast.parameters()));
        row("  embeddings", String.format(Locale.ROOT, "%,d", forecast.embeddingParameters()));
        row("  each block", String.format(Locale.ROOT, "%,d", forecast.blockParameters()));
    }

    private void workerMemory() {
        WorkerMemory worker = forecast.memory().worker();
        section("Memory of a worker, " + bytes(worker.host()) + " beside the heap");
        row("parameters, gradients", bytes(worker.parameters()) + " each");
        if (worker.shadow() > 0) {
            row("both once more in bfloat16", bytes(worker.shadow()));
        }
        row("activations at their peak", bytes(worker.activations()));
        row("buffer of the output head", bytes(worker.head()));
        if (worker.teacher() > 0) {
            row("the teacher, and what it says", bytes(worker.teacher()));
        }
        row("sums of its lanes (direct)", bytes(worker.laneSums()));
        if (worker.exchange() > 0) {
            row("on their way (direct)", bytes(worker.exchange()));
        }
        if (worker.laneState() > 0) {
            row("optimizer's vectors of a lane (direct)", bytes(worker.laneState()));
        }
        if (worker.pinned() > 0) {
            row("on the GPU", bytes(worker.replica()));
            row("page-locked twins on the host", bytes(worker.pinned()));
        }
    }

    private void serverMemory() {
        ServerMemory server = forecast.memory().server(forecast.memory().executorHeap());
        section(String.format(
                Locale.ROOT,
                "Memory of a server, %s, %d shards x %d copies",
                bytes(server.total()),
                forecast.config().cluster().servers(),
                forecast.config().servers().replicas()));
        row("weights, pulled as they are (direct)", bytes(server.weights()));
        if (server.workSpace() > 0) {
            row("products of its largest matrix (direct)", bytes(server.workSpace()));
        }
        row("optimizer's vectors (heap)", bytes(server.moments()));
        row("gradients being summed (heap)", bytes(server.sums()) + ", at worst " + bytes(server.sumsAtWorst()));
        row("a checkpoint's copy (heap)", bytes(server.snapshot()));
        row("ends of heap regions (heap)", bytes(server.unusable()));
    }

    private void processMemory() {
        MemoryModel memory = forecast.memory();
        long heap = memory.executorHeap();
        int executors = forecast.executors();
        section("Memory of processes");
        if (executors > 0) {
            executor("each of " + executors + " executors", memory.executor(executors, heap));
        } else {
            executor("an executor with one worker", memory.executor(1, 0, heap));
            executor("an executor with one server", memory.executor(0, 1, heap));
        }
        row("driver", "holds no vector of the model: WEFT_DRIVER_MEMORY or --driver-memory of 2g will do");
    }

    private void executor(String label, ExecutorMemory executor) {
        row(
                label,
                String.format(
                        Locale.ROOT,
                        "%s: heap %s (%s needed), direct %s, native %s, the rest %s",
                        bytes(executor.resident()),
                        bytes(executor.heap()),
                        bytes(executor.heapNeeded()),
                        bytes(executor.direct()),
                        bytes(executor.nativeBytes()),
                        bytes(executor.base())));
    }

    private String narrow() {
        return forecast.config().training().precision() == Precision.BF16
                ? String.format(
                        Locale.ROOT, " (%.0f in bfloat16)", forecast.peaks().narrowFlops() / 1e9)
                : "";
    }

    private void step() {
        StepTime time = forecast.time();
        Traffic traffic = forecast.traffic();
        section(String.format(
                Locale.ROOT,
                "A step of %,d tokens on %d workers of %.0f GFLOP/s%s, memory copied at %.1f GB/s",
                forecast.stepTokens(),
                forecast.config().cluster().workers(),
                forecast.peaks().flops() / 1e9,
                narrow(),
                forecast.peaks().copyBytes() / 1e9));
        row("operations", count(forecast.stepFlops()) + "FLOP");
        row("a worker pulls, pushes", bytes(traffic.workerPull()) + ", " + bytes(traffic.workerPush()));
        row(
                "a server receives, sends",
                bytes(traffic.serverIn()) + ", " + bytes(traffic.serverOut())
                        + (traffic.backup() > 0 ? ", to its backup " + bytes(traffic.backup()) : ""));
        row(
                "computing",
                String.format(
                        Locale.ROOT,
                        "%s: products %s, passes over memory %s, dispatch %s",
                        seconds(time.compute()),
                        seconds(time.products()),
                        seconds(time.elementwise()),
                        seconds(time.dispatch())));
        row(
                "exchange",
                String.format(
                        Locale.ROOT,
                        "%s: pull %s, push %s, update %s",
                        seconds(time.pull() + time.push() + time.update()),
                        seconds(time.pull()),
                        seconds(time.push()),
                        seconds(time.update())));
        row(
                "step",
                String.format(
                        Locale.ROOT,
                        "%s: %,.0f tokens/s, %.0f %% of the peak",
                        seconds(time.total()),
                        forecast.tokensPerSecond(),
                        100 * forecast.utilisation()));
    }

    private void budget() {
        double rate = forecast.tokensPerSecond();
        section("Budget");
        row(
                "tokens",
                String.format(
                        Locale.ROOT,
                        "%s, %.1f a parameter, %,.0f steps",
                        count(budget.tokens()),
                        budget.tokens() / forecast.parameters(),
                        Math.ceil(budget.tokens() / forecast.stepTokens())));
        row("time", seconds(budget.hours(rate) * 3600));
        if (!Double.isNaN(budget.pricePerHour())) {
            row("cost", String.format(Locale.ROOT, "%,.2f at %,.2f an hour", budget.cost(rate), budget.pricePerHour()));
        }
    }

    private void law() {
        ScalingLaw.Allocation here = new ScalingLaw.Allocation(forecast.parameters(), budget.tokens());
        section(String.format(Locale.ROOT, "What the scaling law says of %sFLOP (6 N D)", count(here.compute())));
        allocation("this run", here);
        allocation("least loss by the law", ScalingLaw.CHINCHILLA.best(here.compute()));
        allocation("20 tokens a parameter", ScalingLaw.byRatio(here.compute()));
        ScalingLaw.Allocation refit = ScalingLaw.REFIT.best(here.compute());
        row(
                "least loss by the refit",
                String.format(
                        Locale.ROOT,
                        "%s parameters, %s tokens: loss %.2f",
                        count(refit.parameters()),
                        count(refit.tokens()),
                        ScalingLaw.REFIT.loss(refit)));
        text.append(
                "  Law: Hoffmann et al. 2022, approach 3; refit: Besiroglu et al. 2024. Fitted to 70M to 16B parameters"
                        + " on web text:\n  with another tokenizer or corpus compare sizes by it, not losses.\n");
    }

    private void allocation(String label, ScalingLaw.Allocation allocation) {
        row(
                label,
                String.format(
                        Locale.ROOT,
                        "%s parameters, %s tokens: loss %.2f",
                        count(allocation.parameters()),
                        count(allocation.tokens()),
                        ScalingLaw.CHINCHILLA.loss(allocation)));
    }

    private void section(String title) {
        text.append(title).append('\n');
    }

    private void row(String label, String value) {
        text.append("  ").append(label).append(" ".repeat(Math.max(2, LABEL + 4 - label.length())));
        text.append(value).append('\n');
    }
}
