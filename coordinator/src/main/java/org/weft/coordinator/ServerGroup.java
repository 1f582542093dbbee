package org.weft.coordinator;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.weft.core.WeftException;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;

/**
 * The servers as one: who serves and who stands by, which generation they are in, and the orders that all of them get.
 * Owned by the coordinator's thread.
 */
final class ServerGroup {
    /** Times that a shard's copies may differ before a step is done that was never done before. */
    private static final int MOST_MISMATCHES = 3;

    private final Members members;
    private final RunListener listener;
    private final ShardTable shards;
    private final Generation generation;
    private final Saves saves;
    private final UpdateRule rule;
    private final LongSupplier clockMillis;
    /** How long a healthy run waits for a copy: it must not end for one. */
    private final long copyPatienceMillis;

    private int mismatches;
    /** The newest version of the parameters that there ever was. */
    private int furthest;

    ServerGroup(RunPlan plan, Members members, RunListener listener, UpdateRule rule, LongSupplier clockMillis) {
        this.listener = listener;
        this.members = members;
        this.shards = new ShardTable(members, plan.config().cluster().servers());
        this.generation = new Generation(plan);
        this.clockMillis = clockMillis;
        this.copyPatienceMillis =
                TimeUnit.SECONDS.toMillis(plan.config().cluster().stepTimeoutSeconds()) / 2;
        this.rule = rule;
        this.saves = new Saves(plan, listener, rule, clockMillis);
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

    /**
     * The sums of a shard's two copies differ, and all are to load the last checkpoint.
     *
     * @throws WeftException that ends the run, where state that was loaded anew did not mend them
     */
    void sumsDiffer(int step, Member server) {
        mismatches++;
        if (mismatches >= MOST_MISMATCHES) {
            throw RunFailures.sumsKeepDiffering(step, server, mismatches);
        }
    }

    /** The update from a step to the next; copies that have joined become backups at the next. */
    void apply(int step, int next, float scale, boolean skip, boolean save) {
        beginSave(next, save);
        if (step >= furthest) {
            furthest = next;
            mismatches = 0;
        }
        int updates = updatesBefore(step);
        for (Member server : shards.active()) {
            boolean saved = save && shards.serves(server);
            Address[] backups = shards.backupsOf(server);
            boolean copied = shards.serves(server) && shards.candidate(server.shard) != null;
            server.order(new Message.ApplyStep(
                    generation.number(), step, next, updates, scale, skip, saved, backups, copied));
        }
        copyToCandidates(next);
    }

    /** Steps before this one that were not skipped. */
    int updatesBefore(int step) {
        return step - rule.skippedBefore(step);
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
            candidate.copying.begin(clockMillis.getAsLong());
            candidate.order(new Message.CopyShard(generation.number(), step, updatesBefore(step), source.address));
            boolean together = candidate.executor.equals(source.executor);
            listener.notice(Notice.of(
                    RunEvent.COPYING,
                    candidate,
                    " copies shard " + candidate.shard + " of " + source + " at step " + step
                            + (together ? "; both are in one executor, whose loss would take both" : "")));
        }
        generation.await(candidates);
    }

    /** Puts off what cannot be copied; returns whether there was any such. To be called now and then. */
    boolean putOffCopies() {
        long now = clockMillis.getAsLong();
        members.servers().forEach(server -> server.copying.resume(now));
        List<Member> hopeless = generation.awaited().stream()
                .filter(server -> server.orders.peek() instanceof Message.CopyShard
                        && server.copying.isHopeless(now, copyPatienceMillis))
                .toList();
        for (Member server : hopeless) {
            generation.forget(server);
            server.orders.clear();
            listener.notice(Notice.of(
                    RunEvent.COPY_FAILED,
                    server,
                    " could not copy shard " + server.shard + " of " + shards.serving(server.shard)
                            + ": the run goes on without a backup of it, and tries again in "
                            + server.copying.putOff(now) + " s"));
        }
        return !hopeless.isEmpty();
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
        listener.generationBegan(generation.number(), step);
        listener.notice(Notice.of(
                RunEvent.GENERATION, "generation " + generation.number() + " starts at step " + step + ": " + why));
    }
}
