package org.weft.driver.progress;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.RunListener;
import org.weft.core.Json;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/**
 * {@code metrics.jsonl}: one object a step, an evaluation or a checkpoint. A resumed run keeps the lines up to its first step
 * and writes on. Owned by one thread.
 */
public final class MetricsLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
    private static final String EVALUATION = "\"val_";
    private static final String CHECKPOINT = "checkpoint_millis";
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final MetricsFile file;
    private final List<String> evaluations;
    private int lastStep;
    private int lastEvaluated;

    private MetricsLog(MetricsFile file, List<String> evaluations, int startStep) {
        this.file = file;
        this.evaluations = evaluations;
        this.lastStep = startStep;
    }

    /** Opens the log of a run that starts at {@code startStep}; lines of later steps are dropped. */
    public static MetricsLog open(Store store, RunDirectory run, int startStep) throws IOException {
        MetricsFile file = new MetricsFile(store, run.metrics());
        List<String> evaluations = takeUp(store, run.metrics(), file, startStep);
        file.open(startStep);
        return new MetricsLog(file, evaluations, startStep);
    }

    /** A driver that was killed left the file open. One that stays unreadable is kept beside the new one. */
    private static List<String> takeUp(Store store, String path, MetricsFile file, int step) throws IOException {
        try {
            if (store.exists(path)) {
                store.closeAbandoned(path);
            }
            return evaluations(file, step);
        } catch (IOException e) {
            if (UnreachableStorage.explain(e) != null) {
                throw e; // Says nothing of the file.
            }
            String aside = path + ".unreadable-" + System.currentTimeMillis();
            LOG.warn("{} cannot be read and is moved to {}: {}", path, aside, e.getMessage());
            store.rename(path, aside);
            return List.of();
        }
    }

    /** What a run's evaluations up to a step have found: their lines. Reads alone. */
    public static List<String> evaluations(Store store, RunDirectory run, int step) throws IOException {
        return evaluations(new MetricsFile(store, run.metrics()), step);
    }

    private static List<String> evaluations(MetricsFile file, int step) throws IOException {
        return lines(file, step, EVALUATION);
    }

    private static List<String> lines(MetricsFile file, int step, String mark) throws IOException {
        List<String> found = new ArrayList<>();
        file.eachLine(step, line -> {
            if (line.contains(mark)) {
                found.add(line);
            }
        });
        return found;
    }

    /** Steps of the checkpoints that a run's log tells of; none where it cannot be read. */
    public static Set<Integer> checkpoints(Store store, RunDirectory run) throws IOException {
        Set<Integer> steps = new TreeSet<>();
        try {
            for (String line : lines(new MetricsFile(store, run.metrics()), Integer.MAX_VALUE - 1, CHECKPOINT)) {
                steps.add(Json.MAPPER.readTree(line).path("step").asInt());
            }
        } catch (IOException e) {
            if (UnreachableStorage.explain(e) != null) {
                throw e;
            }
            LOG.warn("{} cannot be read: {}", run.metrics(), e.getMessage());
        }
        return steps;
    }

    /** Lines of evaluations that were kept of an earlier start. Those of steps may be too many to hold. */
    public List<String> evaluations() {
        return evaluations;
    }

    /**
     * Writes a step's line. A step that is replayed after the loss of a server has its line already.
     *
     * @param mfu model FLOPs utilisation against the workers' measured matrix-product peak, or NaN
     */
    public void step(RunListener.Step step, double mfu) {
        if (step.step() <= lastStep) {
            return; // A replay after a lost server gives the same numbers again.
        }
        lastStep = step.step();
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("step", step.step());
        putNumber(line, "loss", step.loss());
        line.put("learning_rate", step.learningRate());
        putNumber(line, "grad_norm", step.gradientNorm());
        line.put("tokens", step.tokens());
        line.put("tokens_per_second", Math.round(step.tokensPerSecond()));
        if (Double.isFinite(mfu)) {
            line.put("mfu", Math.round(mfu * 1e4) / 1e4);
        }
        line.put("step_millis", Math.round(step.stepMillis() * 10) / 10.0);
        line.put("wait_millis", Math.round(step.waitMillis() * 10) / 10.0);
        line.put("push_bytes", step.pushBytes());
        line.put("pull_bytes", step.pullBytes());
        if (step.skipped()) {
            line.put("skipped", true);
        }
        ArrayNode workers = line.putArray("workers");
        for (RunListener.WorkerTime worker : step.workers()) {
            ObjectNode piece = workers.addObject()
                    .put("worker", worker.worker())
                    .put("lanes", worker.lanes())
                    .put("compute_millis", Math.round(worker.computeMillis() * 10) / 10.0)
                    .put("wait_millis", Math.round(worker.waitMillis() * 10) / 10.0);
            if (worker.peakResidentBytes() > 0) {
                piece.put("peak_resident_mib", worker.peakResidentBytes() >> 20);
            }
        }
        file.add(line.toString(), FLUSH_NANOS);
    }

    /**
     * Writes what an evaluation found. One that comes again after the loss of a server has its line already.
     *
     * @param scores by metric
     */
    public void evaluation(int step, Map<String, Double> scores) {
        if (step <= lastEvaluated) {
            return;
        }
        lastEvaluated = step;
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("step", step);
        scores.forEach((metric, value) -> putNumber(line, "val_" + metric, value));
        file.add(line.toString(), FLUSH_NANOS);
    }

    /** JSON has no word for what is not finite. */
    private static void putNumber(ObjectNode line, String key, double value) {
        if (Double.isFinite(value)) {
            line.put(key, value);
        } else {
            line.putNull(key);
        }
    }

    /** A committed checkpoint: how long training stood still for its copy. Lines so far outlive the process. */
    public void checkpoint(int step, double stallMillis, double writeMillis) {
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("step", step);
        line.put("checkpoint_stall_millis", Math.round(stallMillis * 10) / 10.0);
        line.put(CHECKPOINT, Math.round(writeMillis * 10) / 10.0);
        file.add(line.toString(), 0);
    }

    /** Makes what was written so far outlive the process, where storage allows. */
    public void flush() {
        file.flush();
    }

    /** Writes what is still to be written; a last failure is logged. */
    @Override
    public void close() {
        file.close();
    }
}
