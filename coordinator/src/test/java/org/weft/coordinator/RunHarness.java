package org.weft.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.weft.core.WeftException;
import org.weft.core.batches.ValidationPart;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PushLayout;
import org.weft.core.protocol.Role;
import org.weft.core.protocol.SavedRange;
import org.weft.core.protocol.WorkTimes;

/** A coordinator whose members and clock are the test. The model has three buckets and is never trained. */
final class RunHarness implements AutoCloseable, RunListener {
    static final WorkTimes TIMES = new WorkTimes(10, 2000, 30, 40, 50 << 20);
    private static final int VOCABULARY = 262_500;
    private static final long WAIT_SECONDS = 10;

    final List<String> overrides = new ArrayList<>(List.of(
            "model.layers=1",
            "model.width=8",
            "model.heads=2",
            "model.context=8",
            "training.lanes=4",
            "training.global_batch=8",
            "training.micro_batch=1",
            "training.steps=3",
            "training.eval_every=0",
            "training.clip_norm=1",
            "cluster.lease_seconds=10"));
    final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    final BlockingQueue<Evaluation> evaluations = new LinkedBlockingQueue<>();
    final BlockingQueue<List<SavedRange>> written = new LinkedBlockingQueue<>();
    /** Of what was written. */
    final BlockingQueue<Integer> skippedAtSaves = new LinkedBlockingQueue<>();

    final BlockingQueue<String> failedCheckpoints = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> completions = new LinkedBlockingQueue<>();
    final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    /** What kinds of notices there were, in their order. */
    final BlockingQueue<RunEvent> kinds = new LinkedBlockingQueue<>();

    final AtomicLong clockMillis = new AtomicLong(1_000_000);
    final Map<Integer, Integer> workers = new ConcurrentHashMap<>();
    final List<Server> servers = new ArrayList<>();
    int startStep;
    int startSkipped;
    boolean startEvaluated = true;
    /** 0 for {@code training.steps}. */
    int endStep;

    String checkpoint = "";
    int firstGeneration = 1;
    int validationBatches;
    /** As an evaluation does that exhausts the patience. */
    boolean stopAtEvaluation;

    Coordinator coordinator;
    private ParameterLayout layout;

    /** A server as the coordinator sees it. */
    final class Server {
        final int shard;
        int incarnation;
        int generation = -1;
        int step = -1;

        Server(int shard) {
            this.shard = shard;
        }

        CompletableFuture<Message> poll() {
            return send(new Message.PollOrder(shard, incarnation, generation, step));
        }

        /** Takes the next order as carried out. */
        Message order() {
            Message order = get(poll());
            if (order instanceof Message.LoadParameters load) {
                generation = load.generation();
                step = load.step();
            } else if (order instanceof Message.AdoptGeneration adopt) {
                generation = adopt.generation();
            } else if (order instanceof Message.CopyShard copy) {
                generation = copy.generation();
                step = copy.step();
            } else if (order instanceof Message.ApplyStep apply) {
                step = apply.next();
            }
            return order;
        }

        void loaded() {
            call(new Message.ShardLoaded(shard, incarnation, generation, step));
        }

        void reduced(double square) {
            BucketRange range = pushes().range(range());
            double[] squares = new double[range.count()];
            Arrays.fill(squares, square);
            call(new Message.ShardReduced(shard, incarnation, generation, step, range.first(), squares));
        }

        void saved(int savedStep) {
            SavedRange file = new SavedRange("shard-" + shard, range().first(), range().count(), 1, "sha", 5);
            call(new Message.ShardSaved(shard, incarnation, generation, savedStep, file));
        }

        BucketRange range() {
            return new RangePartitioner(layout.bucketCount(), config().cluster().servers())
                    .range(shard / config().servers().replicas());
        }
    }

    /** What lanes of this run push. */
    PushLayout pushes() {
        return PushLayout.of(config(), layout);
    }

    /** Of one bucket. */
    static PushLayout oneBucket() {
        ParameterLayout one = ParameterLayout.builder()
                .add("all", List.of(1), true, Initializer.ZEROS)
                .build();
        return PushLayout.ofGradients(one);
    }

    RunHarness with(String... more) {
        overrides.addAll(List.of(more));
        return this;
    }

    WeftConfig config() {
        return ConfigLoader.load("test", "run: {dir: /run}", overrides);
    }

    private static double tokensPerStep(WeftConfig config) {
        return (double) config.training().globalBatch() * config.model().context();
    }

    RunHarness start() {
        WeftConfig config = config();
        ModelShape shape = new ModelShape(config.model(), VOCABULARY);
        layout = shape.layout();
        RunPlan plan = new RunPlan(
                config,
                layout,
                tokensPerStep(config),
                shape.flopsPerToken(),
                startStep,
                startSkipped,
                checkpoint,
                firstGeneration,
                ValidationPart.whole(validationBatches),
                startEvaluated,
                endStep == 0 ? config.training().steps() : endStep);
        coordinator = new Coordinator(plan, this, clockMillis::get);
        coordinator.start();
        for (int shard = 0; shard < config.serverTasks(); shard++) {
            servers.add(new Server(shard));
        }
        return this;
    }

    /** All join and load: the first step is open. */
    RunHarness startComputing() {
        start();
        for (int worker = 0; worker < config().cluster().workers(); worker++) {
            joinWorker(worker);
        }
        servers.forEach(this::joinServer);
        loadAll();
        return this;
    }

    void loadAll() {
        servers.forEach(Server::order);
        servers.forEach(Server::loaded);
    }

    Message joinWorker(int worker) {
        return joinWorker(worker, layout.hash());
    }

    Message joinWorker(int worker, String hash) {
        Message reply = call(new Message.JoinWorker(worker, 0, "host-" + worker, "w" + worker, "cpu", hash, 1e9));
        if (reply instanceof Message.Admitted admitted) {
            workers.put(worker, admitted.incarnation());
        }
        return reply;
    }

    void joinServer(Server server) {
        Message reply = call(new Message.JoinServer(
                server.shard, 0, new Address("host", 7000 + server.shard), "s" + server.shard, layout.hash()));
        server.incarnation = ((Message.Admitted) reply).incarnation();
        server.generation = -1;
        server.step = -1;
    }

    CompletableFuture<Message> pollWork(int worker) {
        return send(new Message.PollWork(worker, workers.get(worker), Message.PollWork.NOTHING));
    }

    Message.ComputeLanes work(int worker) {
        return (Message.ComputeLanes) get(pollWork(worker));
    }

    Message lanesDone(int worker, Message.ComputeLanes work, double... losses) {
        LaneSpan span = work.span();
        return call(new Message.LanesDone(
                worker, workers.get(worker), work.generation(), work.step(), span, losses, new FigureSum[0], TIMES));
    }

    /** A loss that sums to other bits in another order. */
    static double loss(int lane) {
        return Math.pow(10, lane % 3 * 8) / 3 + lane;
    }

    static double[] losses(LaneSpan span) {
        double[] losses = new double[span.count()];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = loss(span.first() + i);
        }
        return losses;
    }

    void computeAll(int... order) {
        for (int worker : order) {
            Message.ComputeLanes work = work(worker);
            lanesDone(worker, work, losses(work.span()));
        }
    }

    /** The step at hand, up to the order to apply it. */
    Message.ApplyStep runStep() {
        computeStep();
        Message.ApplyStep apply = null;
        for (Server server : servers) {
            apply = (Message.ApplyStep) server.order();
        }
        return apply;
    }

    /** The step at hand, up to the servers' polls for what follows. */
    List<CompletableFuture<Message>> sumStep() {
        computeStep();
        return servers.stream().map(Server::poll).toList();
    }

    private void computeStep() {
        computeAll(
                workers.keySet().stream().mapToInt(Integer::intValue).sorted().toArray());
        servers.forEach(server -> server.reduced(1));
    }

    void saveAll(int step) {
        servers.forEach(server -> server.saved(step));
    }

    /** Lets time pass once all that was told is done with; everyone but the silent gives a sign of life. */
    void pass(long millis, String... silent) {
        call(new Message.Heartbeat(Role.WORKER, -1, -1)); // Of nobody: answered when its turn comes.
        clockMillis.addAndGet(millis);
        List<String> quiet = List.of(silent);
        workers.forEach((worker, incarnation) -> {
            if (!quiet.contains("worker " + worker)) {
                call(new Message.Heartbeat(Role.WORKER, worker, incarnation));
            }
        });
        for (Server server : servers) {
            if (!quiet.contains("server " + server.shard)) {
                call(new Message.Heartbeat(Role.SERVER, server.shard, server.incarnation));
            }
        }
    }

    CompletableFuture<Message> send(Message message) {
        return coordinator.receive(message);
    }

    Message call(Message message) {
        return get(send(message));
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    static <T> T take(BlockingQueue<T> queue) {
        try {
            T taken = queue.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (taken == null) {
                throw new AssertionError("nothing came");
            }
            return taken;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String awaitNotice(String part) {
        List<String> others = new ArrayList<>();
        while (true) {
            String notice;
            try {
                notice = take(notices);
            } catch (AssertionError e) {
                throw new AssertionError("no notice of \"" + part + "\" came; there were " + others, e);
            }
            if (notice.contains(part)) {
                return notice;
            }
            others.add(notice);
        }
    }

    /** Waits for the run's failure. */
    WeftException failure() {
        try {
            coordinator.ended().get(WAIT_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("the run ended well");
        } catch (ExecutionException e) {
            return (WeftException) e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("the run did not end", e);
        }
    }

    @Override
    public void stepDone(Step step) {
        steps.add(step);
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        evaluations.add(evaluation);
        if (stopAtEvaluation) {
            coordinator.requestStop();
        }
    }

    @Override
    public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> files) {
        written.add(files);
        skippedAtSaves.add(skipped);
    }

    @Override
    public void checkpointFailed(int step, String cause) {
        failedCheckpoints.add(step + ": " + cause);
    }

    @Override
    public void generationBegan(int generation, int step) {
        // The notice of it says more.
    }

    @Override
    public void requiredAreHere() {
        completions.add(clockMillis.get());
    }

    @Override
    public void notice(Notice notice) {
        kinds.add(notice.kind());
        notices.add(notice.text());
    }

    @Override
    public void close() {
        if (coordinator != null) {
            coordinator.close();
        }
    }
}
