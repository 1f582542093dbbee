package org.weft.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.CoordinatorSeam;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.protocol.ControlCodec;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.Retries;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.CheckpointCommitter;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;

/** The driver's process: the real coordinator and the real committer, with {@code RunObserver}'s thread for files. */
final class SimulatedDriver extends SimulatedProcess implements RunListener {
    private static final ControlCodec CODEC = new ControlCodec();
    /** One message in so many travels as bytes. */
    private static final int ENCODED_EVERY = 16;

    private static final long COMMIT_MICROS = 40 * VirtualTime.MILLI;

    private final Coordinator coordinator;
    private final VirtualExecutor thread = new VirtualExecutor(this, () -> 0);
    private final CheckpointCommitter committer;
    private final Deque<Runnable> fileWork = new ArrayDeque<>();
    /** Saved files by step, for the planted bug that does not wait for the last. */
    private final Map<Integer, List<SavedRange>> early = new TreeMap<>();

    private boolean ended;

    SimulatedDriver(Simulation simulation) {
        super(simulation, "driver");
        Scenario scenario = simulation.scenario;
        RunPlan plan = new RunPlan(
                scenario.config(),
                scenario.shape().layout(),
                512,
                Double.NaN,
                0,
                "",
                1,
                scenario.validationBatches(),
                true);
        coordinator = CoordinatorSeam.coordinator(plan, this, simulation.time::nowMillis, thread);
        Vocabulary vocabulary = new Vocabulary(8192, "tok");
        committer = new CheckpointCommitter(
                new ProcessStore(simulation.files, simulation::write),
                new RunIdentity(scenario.config(), scenario.layout(), vocabulary),
                new CheckpointCommitter.Rules(
                        () -> {}, "", new Retries(0, Duration.ZERO), new BestStep("loss", 0), 512));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes go to the invariants.
    void start() {
        coordinator.ended().whenComplete((nothing, failure) -> {
            ended = true;
            simulation.invariants.ended(failure);
        });
        coordinator.start();
        if (simulation.scenario.stopAtMicros() > 0) {
            later(simulation.scenario.stopAtMicros(), () -> {
                simulation.trace(() -> "the run is asked to stop");
                simulation.invariants.stopRequested();
                coordinator.requestStop();
            });
        }
    }

    boolean hasEnded() {
        return ended;
    }

    CompletableFuture<Message> receive(Message request) {
        boolean encoded = simulation.faults.below(ENCODED_EVERY) == 0;
        CompletableFuture<Message> reply = coordinator.receive(encoded ? recoded(request) : request);
        // Seen before anything else happens: a reply is complete before the coordinator acts on the request.
        return reply.thenApply(answer -> {
            simulation.invariants.answered(request, answer);
            return encoded ? recoded(answer) : answer;
        });
    }

    private static Message recoded(Message message) {
        return CODEC.decode(CODEC.encode(message));
    }

    // ---- RunObserver

    @Override
    public void stepDone(Step step) {
        simulation.trace(() -> "decided: version " + step.step());
        simulation.invariants.decided(step);
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        simulation.invariants.evaluated(step, evaluation.loss());
    }

    @Override
    public void checkpointWritten(int generation, int step, List<SavedRange> files) {
        fileWork.add(() -> commit(generation, step, files));
        if (fileWork.size() == 1) {
            doFileWork();
        }
    }

    private void doFileWork() {
        later(simulation.faults.duration(COMMIT_MICROS), () -> {
            fileWork.remove().run();
            if (!fileWork.isEmpty()) {
                doFileWork();
            }
        });
    }

    private void commit(int generation, int step, List<SavedRange> files) {
        try {
            String directory = committer.commit(generation, step, files).directory();
            simulation.trace(() -> "committed: generation " + generation + " version " + step);
            thread.execute(() -> simulation.invariants.committed(generation, step));
            coordinator.checkpointCommitted(generation, step, directory);
        } catch (IOException | RuntimeException e) {
            simulation.trace(() -> "not committed: generation " + generation + " version " + step + ": " + e);
            thread.execute(() -> simulation.invariants.commitFailed(generation, step));
            coordinator.checkpointFailed(generation, step, e.toString());
        }
    }

    /** The planted bug: writes the manifest when all shards but one have reported. */
    void commitEarly(Message.ShardSaved report) {
        Scenario scenario = simulation.scenario;
        List<SavedRange> files = early.computeIfAbsent(report.step(), step -> new ArrayList<>());
        files.add(report.file());
        if (files.size() != scenario.servers() - 1) {
            return;
        }
        List<CheckpointManifest.Shard> shards = files.stream()
                .map(f -> new CheckpointManifest.Shard(f.file(), f.offset(), f.length(), f.bytes(), f.sha256()))
                .toList();
        String directory = scenario.config().run().directory().step(report.step());
        CheckpointManifest manifest = new CheckpointManifest(
                CheckpointManifest.FORMAT_VERSION,
                "early",
                report.step(),
                0,
                report.generation(),
                scenario.layout().hash(),
                scenario.layout().size(),
                8192,
                "tok",
                0,
                null,
                shards,
                List.of(),
                Map.of(),
                simulation.reference.sha256(report.step()));
        try {
            manifest.save(new ProcessStore(simulation.files, simulation.files::put), directory);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void checkpointFailed(int step, String cause) {
        simulation.trace(() -> "checkpoint of version " + step + " failed: " + cause);
    }

    @Override
    public void generationBegan(int generation) {
        // The notice of it says more.
    }

    @Override
    public void notice(String text) {
        simulation.trace(() -> "coordinator: " + text);
        simulation.invariants.notice(text);
    }
}
