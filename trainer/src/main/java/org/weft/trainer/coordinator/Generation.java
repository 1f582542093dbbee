package org.weft.trainer.coordinator;

import java.util.BitSet;
import org.weft.core.protocol.Message;

/**
 * The period between two loadings of the servers: its number, where it starts from, and how far the loading is. Every
 * commit of a checkpoint moves the place that the next one starts from. Owned by the coordinator's thread.
 */
final class Generation {
    private final Members members;
    private final int servers;
    private int number;
    private final BitSet loaded = new BitSet();
    private String checkpoint;
    private int step;

    Generation(RunPlan plan, Members members) {
        this.members = members;
        this.servers = plan.config().cluster().servers();
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

    /** Version of the parameters that this generation starts with, or the next one would. */
    int startStep() {
        return step;
    }

    /** The checkpoint to start from, empty for initial parameters. */
    String checkpoint() {
        return checkpoint;
    }

    /** Tells every server to start anew. */
    void begin(boolean save) {
        loaded.clear();
        for (Member server : members.servers()) {
            server.orders.clear();
            server.order(new Message.LoadParameters(number, step, checkpoint, save));
        }
    }

    void next() {
        number++;
    }

    /** Whether every shard is loaded now. */
    boolean shardLoaded(Message.ShardLoaded report) {
        if (is(report.generation())) {
            loaded.set(report.shard());
        }
        return firstUnloaded() < 0;
    }

    /** The first shard that has not loaded, or -1. */
    int firstUnloaded() {
        int shard = loaded.nextClearBit(0);
        return shard < servers ? shard : -1;
    }

    void committed(int committedStep, String directory) {
        step = committedStep;
        checkpoint = directory;
    }
}
