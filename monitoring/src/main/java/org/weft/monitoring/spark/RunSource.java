package org.weft.monitoring.spark;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.spark.metrics.source.Source;
import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;

/**
 * The gauges of a run: the newest record of each kind, sums since this process began, and who is here. Names and units are in
 * docs/monitoring.md. Written by one thread, read by any.
 */
final class RunSource implements Source {
    static final String NAME = "weft";

    private final MetricRegistry registry = new MetricRegistry();
    private final Set<String> present = new HashSet<>();
    private volatile StepRecord step;
    private volatile EvaluationRecord evaluation;
    private volatile CheckpointRecord checkpoint;
    private volatile Totals totals;

    /** What is counted. */
    private record Totals(
            long tokens,
            long pushBytes,
            long pullBytes,
            long faults,
            long costMillis,
            long replayedSteps,
            int generation,
            int workers,
            int servers) {}

    RunSource(RunDescription run) {
        totals = new Totals(0, 0, 0, 0, 0, 0, run.generation(), 0, 0);
        registry.register("steps", gauge(run::steps));
        registry.register("step", gauge(() -> step == null ? run.startStep() : step.step()));
        ofStep("loss", StepRecord::loss);
        ofStep("learning_rate", StepRecord::learningRate);
        ofStep("grad_norm", StepRecord::gradNorm);
        ofStep("tokens_per_second", StepRecord::tokensPerSecond);
        ofStep("mfu", StepRecord::mfu);
        ofStep("step_millis", StepRecord::stepMillis);
        ofStep("wait_millis", StepRecord::waitMillis);
        ofStep("step_push_bytes", StepRecord::pushBytes);
        ofStep("step_pull_bytes", StepRecord::pullBytes);
        ofStep("step_lanes", StepRecord::lanes);
        ofStep("step_workers", StepRecord::workerCount);
        registry.register("val_loss", gauge(() -> {
            EvaluationRecord newest = evaluation;
            return newest == null ? Double.NaN : newest.scores().getOrDefault("loss", Double.NaN);
        }));
        registry.register("checkpoint_step", gauge(() -> checkpoint == null ? 0 : checkpoint.step()));
        ofCheckpoint("checkpoint_stall_millis", CheckpointRecord::stallMillis);
        ofCheckpoint("checkpoint_millis", CheckpointRecord::writeMillis);
        ofTotals("tokens_total", Totals::tokens);
        ofTotals("push_bytes_total", Totals::pushBytes);
        ofTotals("pull_bytes_total", Totals::pullBytes);
        ofTotals("faults_total", Totals::faults);
        ofTotals("fault_cost_millis_total", Totals::costMillis);
        ofTotals("replayed_steps_total", Totals::replayedSteps);
        ofTotals("generation", Totals::generation);
        ofTotals("workers", Totals::workers);
        ofTotals("servers", Totals::servers);
    }

    private static <T extends Number> Gauge<T> gauge(Gauge<T> gauge) {
        return gauge;
    }

    private void ofStep(String name, ToDoubleFunction<StepRecord> value) {
        registry.register(name, gauge(() -> {
            StepRecord newest = step;
            return newest == null ? Double.NaN : value.applyAsDouble(newest);
        }));
    }

    private void ofCheckpoint(String name, ToDoubleFunction<CheckpointRecord> value) {
        registry.register(name, gauge(() -> {
            CheckpointRecord newest = checkpoint;
            return newest == null ? Double.NaN : value.applyAsDouble(newest);
        }));
    }

    private void ofTotals(String name, ToLongFunction<Totals> value) {
        registry.register(name, gauge(() -> value.applyAsLong(totals)));
    }

    void take(RunRecord record) {
        if (record instanceof StepRecord done) {
            step = done;
            Totals before = totals;
            totals = new Totals(
                    before.tokens + done.tokens(),
                    before.pushBytes + done.pushBytes(),
                    before.pullBytes + done.pullBytes(),
                    before.faults,
                    before.costMillis,
                    before.replayedSteps,
                    before.generation,
                    before.workers,
                    before.servers);
        } else if (record instanceof EvaluationRecord evaluated) {
            evaluation = evaluated;
        } else if (record instanceof CheckpointRecord committed) {
            checkpoint = committed;
        } else if (record instanceof EventRecord event) {
            take(event);
        }
    }

    private void take(EventRecord event) {
        if (event.is(RunEvent.JOINED) || event.is(RunEvent.REPLACED)) {
            present.add(event.member());
        } else if (event.is(RunEvent.LOST) || event.is(RunEvent.LEFT)) {
            present.remove(event.member());
        }
        int workers = (int)
                present.stream().filter(member -> member.startsWith("worker")).count();
        Totals before = totals;
        totals = new Totals(
                before.tokens,
                before.pushBytes,
                before.pullBytes,
                before.faults + (event.isFault() ? 1 : 0),
                before.costMillis + (event.cost() == null ? 0 : event.cost().millis()),
                before.replayedSteps + (event.cost() == null ? 0 : event.cost().replayedSteps()),
                Math.max(before.generation, event.generation()),
                workers,
                present.size() - workers);
    }

    @Override
    public String sourceName() {
        return NAME;
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }
}
