package org.weft.coordinator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.weft.core.protocol.Message;

/**
 * The period during which the servers hold one line of versions: its number, whom its opening waits for, and where the
 * next one would start from if state were lost. Every commit of a checkpoint moves that place. Owned by the coordinator's
 * thread.
 */
final class Generation {
    private int number;
    private final List<Member> awaited = new ArrayList<>();
    private boolean loading;
    private String checkpoint;
    private int step;

    Generation(RunPlan plan) {
        this.number = plan.firstGeneration() - 1;
        this.checkpoint = plan.checkpoint();
        this.step = plan.startStep();
    }

    int number() {
        return number;
    }

    boolean is(int generation) {
        return generation == number;
    }

    /** Version of the parameters that a generation from the last checkpoint starts with. */
    int startStep() {
        return step;
    }

    /** The checkpoint to start from, empty for initial parameters. */
    String checkpoint() {
        return checkpoint;
    }

    /**
     * Opens the next generation.
     *
     * @param fromCheckpoint whether the servers load state, which makes whatever they have worthless until they have
     */
    void next(boolean fromCheckpoint) {
        number++;
        loading = fromCheckpoint;
        awaited.clear();
    }

    /** Whether servers are still loading a checkpoint. */
    boolean isLoading() {
        return loading && !awaited.isEmpty();
    }

    /** Nothing goes on until these have reported. */
    void await(Collection<Member> servers) {
        awaited.addAll(servers);
    }

    /** Whether the report is of this generation, from a server that is waited for. */
    boolean loaded(Member server, Message.ShardLoaded report) {
        return is(report.generation()) && awaited.remove(server);
    }

    void forget(Member server) {
        awaited.remove(server);
    }

    /** Who is waited for. */
    List<Member> awaited() {
        return List.copyOf(awaited);
    }

    /** The first server that is waited for, or null. */
    Member firstAwaited() {
        return awaited.isEmpty() ? null : awaited.get(0);
    }

    void committed(int committedStep, String directory) {
        if (committedStep >= step) {
            step = committedStep;
            checkpoint = directory;
        }
    }
}
