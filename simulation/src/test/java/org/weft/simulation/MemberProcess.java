package org.weft.simulation;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.weft.core.Threads;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.transport.FencedException;
import org.weft.core.transport.Service;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;
import org.weft.parameterserver.ParameterServer;
import org.weft.parameterserver.ServerOptions;
import org.weft.worker.WorkerLoop;
import org.weft.worker.WorkerOptions;
import org.weft.worker.WorkerSession;

/** One attempt of a worker's or server's task: a process with the real worker or the real server in it. */
final class MemberProcess extends VirtualProcess {
    private static final WireSecurity SECURITY = new WireSecurity("", false);

    final Role role;
    final int id;
    final int attempt;
    /** What a server serves; null before it listens. */
    Service service;
    /** The generations of the last order that it was given, and of the last that it has carried out. */
    int orderedGeneration = -1;

    int loadedGeneration = -1;
    /** Whether it has said why it ends. */
    boolean failureReported;

    /** Pushes of this server that were taken whole. */
    final Set<BucketHeader> summed = new HashSet<>();

    private final BucketRange range;
    private String claimed = "";
    private boolean taskEnded;

    MemberProcess(Simulation simulation, Role role, int id, int attempt) {
        super(simulation, role.name(id) + "." + attempt, new Address(role.name(id), attempt));
        this.role = role;
        this.id = id;
        this.attempt = attempt;
        Scenario scenario = simulation.scenario;
        int shard = id / scenario.config().servers().replicas();
        this.range = role == Role.SERVER
                ? RangePartitioner.of(scenario.layout(), scenario.servers()).range(shard)
                : null;
    }

    /** Buckets of a server. */
    BucketRange range() {
        return range;
    }

    /** Whether a server says for the first time that it has these parameters. */
    boolean claims(Message.PollOrder poll) {
        String claim = poll.generation() + "/" + poll.step();
        boolean news = poll.step() >= 0 && !claim.equals(claimed);
        claimed = claim;
        return news;
    }

    /** The thread of the task has come to its end; others of its process may still be at work. */
    boolean taskEnded() {
        return taskEnded;
    }

    void launch() {
        start("task", () -> {
            boolean failed = false;
            try {
                if (role == Role.SERVER) {
                    serve();
                } else {
                    work();
                }
            } catch (IOException | RuntimeException e) {
                failed = true;
                simulation.trace(() -> this + " fails: " + e);
            }
            taskEnded = true;
            simulation.spark.exited(this, failed);
        });
    }

    /** As {@code ServerTask}. */
    private void serve() throws IOException {
        Scenario scenario = simulation.scenario;
        ServerOptions options = new ServerOptions(
                scenario.config(),
                scenario.layout(),
                simulation.driver.address,
                SECURITY,
                new ProcessStore(simulation.files, new ProcessStore.Fate(this, true)),
                scenario.privacy());
        try (ParameterServer server = new ParameterServer(options, id, MatrixProducts.PLAIN, transport(), threads())) {
            server.run(attempt, "host", name);
        }
    }

    /** As {@code WorkerTask}. */
    private void work() throws IOException {
        Scenario scenario = simulation.scenario;
        WorkerOptions options = new WorkerOptions(
                scenario.config(), scenario.layout().hash(), simulation.driver.address, SECURITY, scenario.privacy());
        try (WorkerSession session = new WorkerSession(options, id, transport(), threads());
                TinyReplica replica = new TinyReplica(this)) {
            try {
                do {
                    session.join(attempt, "host", name, "cpu", 1e9);
                } while (!new WorkerLoop<>(options, session, replica, new TinyReplica.Batches()).run());
            } catch (FencedException e) {
                simulation.trace(() -> this + " ends: " + e.getMessage());
            } catch (IOException | RuntimeException e) {
                session.reportFailure(e);
                throw e;
            }
        }
    }

    private Transport transport() {
        return new WatchedTransport(this, simulation.bug.transport(this, simulation.network.of(this)));
    }

    private Threads threads() {
        return simulation.bug.threads(this);
    }
}
