package org.weft.coordinator;

import java.util.List;
import java.util.function.LongSupplier;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;

/**
 * The servers as one: who serves and who stands by, which generation they are in, and the orders that all of them get.
 * Owned by the coordinator's thread.
 */
final class ServerGroup {
    private final RunListener listener;
    private final ShardTable shards;
    private final Generation generation;
    private final Saves saves;

    ServerGroup(RunPlan plan, Members members, RunListener listener, LongSupplier clockMillis) {
        this.listener = listener;
        this.shards = new ShardTable(members, plan.config().cluster().servers());
        this.generation = new Generation(plan);
        this.saves = new Saves(plan, listener, clockMillis);
    }

    ShardTable shards() {
        return shards;
    }

    Generation generation() {
        return generation;
    }

    Saves saves() {
        return saves;
    }

    /** Whether every shard is served, and nothing is waited for. */
    boolean isReady() {
        return generation.firstAwaited() == null && shards.isWhole();
    }

    ShardTable.Loss lost(Member server) {
        generation.forget(server);
        return shards.lost(server);
    }

    /** A generation from the last checkpoint; every shard has a live copy. */
    void load(String why, boolean save) {
        shards.assign();
        generation.next(true);
        int step = generation.startStep();
        String checkpoint = generation.checkpoint();
        saves.forget();
        beginSave(step, save);
        tell(step, why + ": from " + (checkpoint.isEmpty() ? "the initial parameters" : checkpoint));
        for (Member server : shards.active()) {
            server.orders.clear();
            server.order(new Message.LoadParameters(
                    generation.number(), step, checkpoint, save && shards.serves(server), shards.backupsOf(server)));
        }
        generation.await(shards.active());
    }

    /** A generation that goes on with the parameters that the servers have, or will once they have done their orders. */
    void adopt(int step, String why, boolean save) {
        generation.next(false);
        beginSave(step, save);
        tell(step, why);
        for (Member server : shards.active()) {
            server.order(new Message.AdoptGeneration(
                    generation.number(), step, save && shards.serves(server), shards.backupsOf(server)));
        }
        generation.await(shards.active());
        copyToCandidates(step);
    }

    /** The update from a step to the next; copies that have joined become backups at the next. */
    void apply(int step, float scale, boolean skip, boolean save) {
        beginSave(step + 1, save);
        for (Member server : shards.active()) {
            boolean saved = save && shards.serves(server);
            Address[] backups = shards.backupsOf(server);
            server.order(new Message.ApplyStep(generation.number(), step, scale, skip, saved, backups));
        }
        copyToCandidates(step + 1);
    }

    private void beginSave(int step, boolean save) {
        if (save) {
            saves.begin(generation.number(), step);
        }
    }

    private void copyToCandidates(int step) {
        List<Member> candidates = shards.candidates();
        for (Member candidate : candidates) {
            Member source = shards.serving(candidate.shard);
            candidate.orders.clear();
            candidate.order(new Message.CopyShard(generation.number(), step, source.address));
            boolean together = candidate.executor.equals(source.executor);
            listener.notice(candidate + " copies shard " + candidate.shard + " of " + source + " at step " + step
                    + (together ? "; both are in one executor, whose loss would take both" : ""));
        }
        generation.await(candidates);
    }

    /** Takes a server's report; returns whether it was waited for. */
    boolean loaded(Member server, Message.ShardLoaded report) {
        boolean awaited = generation.loaded(server, report);
        if (awaited) {
            shards.standBy(server);
        }
        return awaited;
    }

    private void tell(int step, String why) {
        listener.generationBegan(generation.number());
        listener.notice("generation " + generation.number() + " starts at step " + step + ": " + why);
    }
}
