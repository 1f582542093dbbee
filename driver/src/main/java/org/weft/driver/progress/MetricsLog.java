package org.weft.driver.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.RunListener;
import org.weft.core.Json;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * {@code metrics.jsonl}: one object a step, an evaluation or a checkpoint. A resumed run keeps the lines up to its first step and writes on. Storage that
 * fails is no reason to stop a run: lines are kept until they can be written, and the file is opened again. Owned by one
 * thread.
 */
public final class MetricsLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long REOPEN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Store store;
    private final String path;
    /** Lines that are safe in the file. */
    private int flushedLines;
    /** Lines after those, whether or not they have been handed to the stream. */
    private final List<String> unflushed = new ArrayList<>();

    private List<String> kept = List.of();
    private OutputStream out;
    private long lastTry = System.nanoTime();
    private int lastStep;
    private int lastEvaluated;
    private boolean closed;

    private MetricsLog(Store store, String path, int startStep) {
        this.store = store;
        this.path = path;
        this.lastStep = startStep;
    }

    /** Opens the log of a run that starts at {@code startStep}; lines of later steps are dropped. */
    public static MetricsLog open(Store store, RunDirectory run, int startStep) throws IOException {
        MetricsLog log = new MetricsLog(store, run.metrics(), startStep);
        log.kept = store.exists(log.path) ? earlierLines(store, log.path, startStep) : List.of();
        log.rewrite(log.kept);
        return log;
    }

    /** A driver that was killed left the file open. One that stays unreadable is kept beside the new one. */
    private static List<String> earlierLines(Store store, String path, int step) throws IOException {
        try {
            store.closeAbandoned(path);
            return linesUpTo(store, path, step);
        } catch (IOException e) {
            String aside = path + ".unreadable-" + System.currentTimeMillis();
            LOG.warn("{} cannot be read and is moved to {}: {}", path, aside, e.getMessage());
            store.rename(path, aside);
            return List.of();
        }
    }

    /** The lines that were kept of an earlier start. */
    public List<String> lines() {
        return kept;
    }

    private void rewrite(List<String> lines) throws IOException {
        out = store.stream(path);
        for (String line : lines) {
            write(line);
        }
        out.flush();
        flushedLines = lines.size();
        unflushed.clear();
    }

    private static List<String> linesUpTo(Store store, String path, int step) throws IOException {
        List<String> kept = new ArrayList<>();
        for (String line : new String(store.readAll(path), StandardCharsets.UTF_8).split("\n")) {
            try {
                JsonNode object = Json.MAPPER.readTree(line);
                if (object != null && object.path("step").asInt(Integer.MAX_VALUE) <= step) {
                    kept.add(line);
                }
            } catch (JsonProcessingException ignored) {
                // The line that a killed driver left half written.
            }
        }
        return kept;
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
        add(line, FLUSH_NANOS);
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
        add(line, FLUSH_NANOS);
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
        line.put("checkpoint_millis", Math.round(writeMillis * 10) / 10.0);
        add(line, 0);
    }

    private void add(ObjectNode object, long flushAfterNanos) {
        String line = object.toString();
        unflushed.add(line);
        long since = System.nanoTime() - lastTry;
        try {
            if (out != null) {
                write(line);
            } else if (since > REOPEN_NANOS) {
                reopen();
            }
            if (out != null && since >= flushAfterNanos) {
                flushLines();
            }
        } catch (IOException e) {
            abandon(e);
        }
    }

    private void reopen() throws IOException {
        List<String> lines = new ArrayList<>(linesUpTo(store, path, Integer.MAX_VALUE - 1));
        List<String> safe = lines.subList(0, Math.min(flushedLines, lines.size()));
        List<String> all = new ArrayList<>(safe);
        all.addAll(unflushed);
        rewrite(all);
        LOG.info("{} is written again", path);
    }

    /** Makes what was written so far outlive the process, where storage allows. */
    public void flush() {
        try {
            if (out != null) {
                flushLines();
            }
        } catch (IOException e) {
            abandon(e);
        }
    }

    private void flushLines() throws IOException {
        lastTry = System.nanoTime();
        out.flush();
        flushedLines += unflushed.size();
        unflushed.clear();
    }

    private void abandon(IOException cause) {
        LOG.warn(
                "{} cannot be written, will be tried again in {} s: {}",
                path,
                TimeUnit.NANOSECONDS.toSeconds(REOPEN_NANOS),
                cause.getMessage());
        lastTry = System.nanoTime();
        closeQuietly();
    }

    private void closeQuietly() {
        OutputStream broken = out;
        out = null;
        try {
            if (broken != null) {
                broken.close();
            }
        } catch (IOException e) {
            LOG.debug("closing {}", path, e);
        }
    }

    private void write(String text) throws IOException {
        out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Writes what is still to be written; a last failure is logged. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (out == null) {
                reopen();
            }
            out.close();
            out = null;
        } catch (IOException e) {
            LOG.warn("{} lines of {} could not be written: {}", unflushed.size(), path, e.getMessage());
            closeQuietly();
        }
    }
}
