package org.weft.trainer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.storage.Store;
import org.weft.trainer.coordinator.RunListener;

/**
 * {@code metrics.jsonl}: one object a step. A resumed run keeps the lines up to its first step and writes on. Owned by one
 * thread.
 */
public final class MetricsLog implements AutoCloseable {
    public static final String FILE = "metrics.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long FLUSH_NANOS = 2_000_000_000L;

    private final OutputStream out;
    private long lastFlush = System.nanoTime();
    private int lastStep;

    private MetricsLog(OutputStream out, int startStep) {
        this.out = out;
        this.lastStep = startStep;
    }

    /** Opens the log of a run that starts at {@code startStep}; lines of later steps are dropped. */
    public static MetricsLog open(Store store, String runDir, int startStep) throws IOException {
        String path = runDir + "/" + FILE;
        List<String> kept = store.exists(path) ? linesUpTo(store, path, startStep) : List.of();
        MetricsLog log = new MetricsLog(store.stream(path), startStep);
        for (String line : kept) {
            log.line(line);
        }
        log.out.flush();
        return log;
    }

    private static List<String> linesUpTo(Store store, String path, int step) throws IOException {
        List<String> kept = new ArrayList<>();
        for (String line : new String(store.readAll(path), StandardCharsets.UTF_8).split("\n")) {
            try {
                JsonNode object = JSON.readTree(line);
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
     * @param validationLoss of these parameters, or null
     */
    public void step(RunListener.Step step, double mfu, Double validationLoss) throws IOException {
        if (step.step() <= lastStep) {
            return; // A replay after a lost server gives the same numbers again.
        }
        lastStep = step.step();
        ObjectNode line = JSON.createObjectNode();
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
            workers.addObject()
                    .put("worker", worker.worker())
                    .put("lanes", worker.lanes())
                    .put("compute_millis", Math.round(worker.computeMillis() * 10) / 10.0)
                    .put("wait_millis", Math.round(worker.waitMillis() * 10) / 10.0);
        }
        if (validationLoss != null) {
            line.put("val_loss", validationLoss);
        }
        line(JSON.writeValueAsString(line));
        flushNowAndThen();
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
    public void checkpoint(int step, double stallMillis, double writeMillis) throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.put("step", step);
        line.put("checkpoint_stall_millis", Math.round(stallMillis * 10) / 10.0);
        line.put("checkpoint_millis", Math.round(writeMillis * 10) / 10.0);
        line(JSON.writeValueAsString(line));
        flush();
    }

    private void flushNowAndThen() throws IOException {
        if (System.nanoTime() - lastFlush > FLUSH_NANOS) {
            flush();
        }
    }

    private void flush() throws IOException {
        out.flush();
        lastFlush = System.nanoTime();
    }

    private void line(String text) throws IOException {
        out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
