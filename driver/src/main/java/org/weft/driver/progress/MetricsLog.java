package org.weft.driver.progress;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/**
 * {@code metrics.jsonl}: one line a {@link RunRecord}. A resumed run keeps the lines up to its first step, and what happened
 * at whatever step, and writes on. Owned by one thread.
 */
public final class MetricsLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
    private static final String EVALUATION = "\"val_";
    private static final String CHECKPOINT = "checkpoint_millis";
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final MetricsFile file;
    private final List<EvaluationRecord> evaluations;

    private MetricsLog(MetricsFile file, List<EvaluationRecord> evaluations) {
        this.file = file;
        this.evaluations = evaluations;
    }

    /** Opens the log of a run that starts at {@code startStep}; lines of later steps are dropped, events apart. */
    public static MetricsLog open(Store store, RunDirectory run, int startStep) throws IOException {
        MetricsFile file = new MetricsFile(store, run.metrics());
        List<EvaluationRecord> evaluations = takeUp(store, run.metrics(), file, startStep);
        file.open(startStep);
        return new MetricsLog(file, evaluations);
    }

    /** A driver that was killed left the file open. One that stays unreadable is kept beside the new one. */
    private static List<EvaluationRecord> takeUp(Store store, String path, MetricsFile file, int step)
            throws IOException {
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

    /** What a run's evaluations up to a step have found. Reads alone. */
    public static List<EvaluationRecord> evaluations(Store store, RunDirectory run, int step) throws IOException {
        return evaluations(new MetricsFile(store, run.metrics()), step);
    }

    private static List<EvaluationRecord> evaluations(MetricsFile file, int step) throws IOException {
        List<EvaluationRecord> found = new ArrayList<>();
        each(file, step, EVALUATION, record -> {
            if (record instanceof EvaluationRecord evaluation) {
                found.add(evaluation);
            }
        });
        return found;
    }

    /** Takes records. */
    @FunctionalInterface
    public interface Sink {
        void accept(RunRecord record) throws IOException;
    }

    /** All records of a run's log, in its order, as they are read; none where there is no log. Reads alone. */
    public static void each(Store store, RunDirectory run, Sink sink) throws IOException {
        new MetricsFile(store, run.metrics()).eachLine(line -> {
            for (RunRecord record : RecordFormat.parse(line)) {
                sink.accept(record);
            }
        });
    }

    private static void each(MetricsFile file, int step, String mark, Consumer<RunRecord> sink) throws IOException {
        file.eachLine(step, mark, line -> RecordFormat.parse(line).forEach(sink));
    }

    /** Steps of the checkpoints that a run's log tells of; none where it cannot be read. */
    public static Set<Integer> checkpoints(Store store, RunDirectory run) throws IOException {
        Set<Integer> steps = new TreeSet<>();
        try {
            each(new MetricsFile(store, run.metrics()), Integer.MAX_VALUE - 1, CHECKPOINT, record -> {
                if (record instanceof CheckpointRecord) {
                    steps.add(record.step());
                }
            });
        } catch (IOException e) {
            if (UnreachableStorage.explain(e) != null) {
                throw e;
            }
            LOG.warn("{} cannot be read: {}", run.metrics(), e.getMessage());
        }
        return steps;
    }

    /** Evaluations that were kept of an earlier start. Steps may be too many to hold. */
    public List<EvaluationRecord> evaluations() {
        return evaluations;
    }

    /** Writes a record's line. Lines up to that of a checkpoint outlive the process. */
    public void write(RunRecord record) {
        file.add(RecordFormat.line(record), record instanceof CheckpointRecord ? 0 : FLUSH_NANOS);
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
