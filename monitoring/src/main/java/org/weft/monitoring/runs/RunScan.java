package org.weft.monitoring.runs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.lease.LeaseSight;
import org.weft.driver.lease.StandbySight;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.RunFiles;

/**
 * The runs under a directory. Of each it reads the configuration, the lease, the newest manifest and the end of the log: a
 * handful of calls, several runs at once.
 */
public final class RunScan {
    private static final int AT_ONCE = 8;
    private static final long TAIL_BYTES = 1 << 18;
    private static final int MOST_DEPTH = 3;
    /** Steps over which speed is taken. */
    private static final int RECENT = 50;
    /** Signs of life are written four times in this; clocks of storage and this machine may differ. */
    private static final int LEASES_UNTIL_DEAD = 3;

    /** What a run keeps inside, and is no run of its own; elsewhere runs may have these names. */
    private static final Pattern INNER = Pattern.compile(
            "corpus|dataset|checkpoints|driver\\.lease|tensorboard|evaluation|multiple-choice|base|initial|imported");

    private static final Pattern HIDDEN = Pattern.compile("[._].*");

    private final Store store;
    private final long nowMillis;
    private final Map<String, String> unreadable = new ConcurrentHashMap<>();

    /**
     * @param nowMillis since 1970
     */
    public RunScan(Store store, long nowMillis) {
        this.store = store;
        this.nowMillis = nowMillis;
    }

    /** All runs at or below a directory, by path. */
    public List<RunFacts> under(String directory) throws IOException {
        List<Found> found = new ArrayList<>();
        collect(directory.replaceFirst("(?<=.)/+$", ""), MOST_DEPTH, found);
        ExecutorService readers = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<RunFacts>> facts = new ArrayList<>();
            found.forEach(run -> facts.add(readers.submit(() -> facts(run))));
            List<RunFacts> all = new ArrayList<>();
            for (int i = 0; i < facts.size(); i++) {
                add(found.get(i).path(), facts.get(i), all);
            }
            return all;
        } finally {
            readers.shutdownNow();
        }
    }

    /** One run; null where there is none. */
    public RunFacts of(String path) throws IOException {
        List<Found> found = new ArrayList<>();
        collect(path.replaceFirst("(?<=.)/+$", ""), 0, found);
        return found.isEmpty() ? null : facts(found.get(0));
    }

    private void add(String path, Future<RunFacts> one, List<RunFacts> all) throws IOException {
        try {
            all.add(one.get());
        } catch (ExecutionException e) {
            unreadable.put(path, String.valueOf(e.getCause().getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while runs were read", e);
        }
    }

    /** Runs and directories of the last look that could not be read, and why. */
    public Map<String, String> unreadable() {
        return new TreeMap<>(unreadable);
    }

    /** @param entries of a run's directory, by name */
    private record Found(String path, Map<String, Store.Entry> entries) {}

    private void collect(String directory, int depth, List<Found> found) throws IOException {
        Map<String, Store.Entry> entries = new TreeMap<>();
        store.list(directory).forEach(entry -> entries.put(entry.name(), entry));
        boolean isRun = entries.containsKey("metrics.jsonl")
                || entries.containsKey("driver.lease")
                || entries.containsKey("config.yaml");
        if (isRun) {
            found.add(new Found(directory, entries));
        }
        if (depth == 0) {
            return;
        }
        for (Store.Entry entry : entries.values()) {
            boolean inner = isRun && INNER.matcher(entry.name()).matches();
            if (entry.directory() && !inner && !HIDDEN.matcher(entry.name()).matches()) {
                collectBelow(directory + "/" + entry.name(), depth - 1, found);
            }
        }
    }

    /** What one directory keeps for itself hides no other. */
    private void collectBelow(String directory, int depth, List<Found> found) {
        try {
            collect(directory, depth, found);
        } catch (IOException e) {
            unreadable.put(directory, String.valueOf(e.getMessage()));
        }
    }

    private RunFacts facts(Found found) throws IOException {
        RunDirectory run = RunDirectory.of(found.path());
        RunFiles files = RunFiles.withoutCheckpoints(store, run);
        CheckpointManifest newest = found.entries().containsKey("checkpoints")
                ? new CheckpointResolver(store, text -> {}).newestManifest(run)
                : null;
        Tail tail = new Tail();
        if (found.entries().containsKey("metrics.jsonl")) {
            new GrowingLines(store, run.metrics(), TAIL_BYTES)
                    .poll(line -> RecordFormat.parse(line).forEach(tail::add));
        }
        if (newest != null) {
            tail.evaluated(newest.evaluations());
        }
        boolean leased = found.entries().containsKey("driver.lease");
        LeaseSight lease = leased ? LeaseSight.of(store, run) : null;
        long sign = lastSign(run, found);
        int steps = files.steps().orElse(0);
        int step = Math.max(tail.step, newest == null ? 0 : newest.step());
        return new RunFacts(
                found.path(),
                files.name(),
                files.model().orElse(""),
                newest == null ? 0 : newest.parameters(),
                step,
                steps,
                tail.loss,
                tail.bestLoss,
                tail.bestStep,
                tail.tokens(newest),
                tail.mean(StepRecord::tokensPerSecond),
                tail.mean(StepRecord::mfu),
                state(lease, sign, tail.lastEvent, step, steps),
                lease == null ? "" : lease.who(),
                leased ? StandbySight.of(store, run, nowMillis) : List.of(),
                sign,
                files.settings());
    }

    private RunState state(LeaseSight lease, long sign, EventRecord last, int step, int steps) {
        if (lease == null || lease.released()) {
            return RunState.over(lease, last, step, steps);
        }
        boolean silent = nowMillis - sign > LEASES_UNTIL_DEAD * 1000L * Math.max(1, lease.leaseSeconds());
        return silent ? RunState.DEAD : RunState.RUNNING;
    }

    /** The lease's file is written anew at each sign of life. */
    private long lastSign(RunDirectory run, Found found) throws IOException {
        long lease = store.list(run.lease()).stream()
                .filter(entry -> entry.name().startsWith("term-"))
                .mapToLong(Store.Entry::modifiedMillis)
                .max()
                .orElse(0);
        Store.Entry metrics = found.entries().get("metrics.jsonl");
        return Math.max(lease, metrics == null ? 0 : metrics.modifiedMillis());
    }

    /** What the end of a log says. */
    private static final class Tail {
        private final List<StepRecord> recent = new ArrayList<>();
        private final TreeMap<Integer, Long> tokensByStep = new TreeMap<>();
        private EventRecord lastEvent;
        private int step;
        private double loss = Double.NaN;
        private double bestLoss = Double.NaN;
        private int bestStep;

        void add(RunRecord record) {
            if (record instanceof StepRecord one) {
                step = one.step();
                loss = one.loss();
                tokensByStep.put(one.step(), one.tokens());
                recent.add(one);
                if (recent.size() > RECENT) {
                    recent.remove(0);
                }
            } else if (record instanceof EvaluationRecord evaluation) {
                evaluated(evaluation.step(), evaluation.scores().get("loss"));
            } else if (record instanceof EventRecord event) {
                lastEvent = event;
            }
        }

        void evaluated(Map<Integer, Map<String, Double>> evaluations) {
            evaluations.forEach((at, scores) -> evaluated(at, scores.get("loss")));
        }

        private void evaluated(int at, Double value) {
            if (value != null && Double.isFinite(value) && !(bestLoss <= value)) {
                bestLoss = value;
                bestStep = at;
            }
        }

        /** Of steps between checkpoint and tail, which are in neither, as many as the tail's have. */
        long tokens(CheckpointManifest newest) {
            long seen = newest == null ? 0 : newest.tokensSeen();
            int from = newest == null ? 0 : newest.step();
            long counted = tokensByStep.tailMap(from, false).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            int steps = tokensByStep.tailMap(from, false).size();
            int missing = Math.max(0, step - from - steps);
            return seen + counted + (steps == 0 ? 0 : missing * counted / steps);
        }

        double mean(ToDoubleFunction<StepRecord> of) {
            return recent.stream()
                    .mapToDouble(of)
                    .filter(Double::isFinite)
                    .average()
                    .orElse(Double.NaN);
        }
    }
}
