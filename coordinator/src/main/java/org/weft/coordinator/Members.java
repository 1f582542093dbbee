package org.weft.coordinator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/** Who takes part in the run right now. Owned by the coordinator's thread. */
final class Members {
    private final TreeMap<Integer, Member> workers = new TreeMap<>();
    private final TreeMap<Integer, Member> servers = new TreeMap<>();
    private int lastIncarnation;

    int nextIncarnation() {
        return ++lastIncarnation;
    }

    /** Whether Spark has started a newer attempt of this member's task, and that one has joined. */
    boolean hasLaterAttempt(Member member) {
        Member present = table(member.role).get(member.id);
        return present != null && present.attempt > member.attempt;
    }

    /** Admits a member; returns the attempt that it replaces, or null. */
    Member admit(Member member) {
        return table(member.role).put(member.id, member);
    }

    /** The attempt that has this member's place, or null. */
    Member find(Role role, int id) {
        return table(role).get(id);
    }

    /** The member with this id and incarnation, or null where that attempt was given up. */
    Member find(Role role, int id, int incarnation) {
        Member member = table(role).get(id);
        return member != null && member.incarnation == incarnation ? member : null;
    }

    void remove(Member member) {
        table(member.role).remove(member.id, member);
    }

    Collection<Member> workers() {
        return workers.values();
    }

    Collection<Member> servers() {
        return servers.values();
    }

    List<Integer> workerIds() {
        return List.copyOf(workers.keySet());
    }

    /** Live copies of a shard, by id. */
    List<Member> copiesOf(int shard) {
        return servers.values().stream().filter(server -> server.shard == shard).toList();
    }

    List<Member> all() {
        List<Member> all = new ArrayList<>(servers.values());
        all.addAll(workers.values());
        return all;
    }

    List<Member> ofExecutor(String executor) {
        return all().stream().filter(member -> member.executor.equals(executor)).toList();
    }

    /** Measured peak of all workers together, in floating-point operations a second. */
    double peakFlops() {
        return workers.values().stream().mapToDouble(worker -> worker.peakFlops).sum();
    }

    /** Lets polls go that have been held since before a time: their senders shall know that the coordinator lives. */
    void answerParkedBefore(long millis) {
        for (Member member : all()) {
            if (member.parked != null && member.parkedAtMillis < millis) {
                member.reply(new Message.Done());
            }
        }
    }

    /** Those of whom nothing was heard since {@code sinceMillis}. */
    List<Member> silentSince(long sinceMillis) {
        return all().stream()
                .filter(member -> member.lastSeenMillis < sinceMillis)
                .toList();
    }

    /** A member's name, with its place where it is known. */
    String name(Role role, int id) {
        Member member = table(role).get(id);
        return member == null ? role.name(id) + " (gone)" : member.toString();
    }

    /** Ids in [0, expected) of which no member has joined, as text. */
    String missing(Role role, int expected) {
        List<String> missing = new ArrayList<>();
        for (int id = 0; id < expected; id++) {
            if (!table(role).containsKey(id)) {
                missing.add(role.name(id));
            }
        }
        return String.join(", ", missing);
    }

    private TreeMap<Integer, Member> table(Role role) {
        return role == Role.WORKER ? workers : servers;
    }
}
