package org.weft.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.weft.core.protocol.Address;

/**
 * Which server serves which shard, and which stands by. A copy that has only joined is neither: it becomes a backup once it
 * has the shard's state. Owned by the coordinator's thread.
 */
final class ShardTable {
    private final Members members;
    private final Member[] serving;
    private final Member[] backups;

    /** What the loss of a server means. */
    enum Loss {
        /** It had no place yet. */
        NONE,
        /** A shard goes on without its backup. */
        BACKUP,
        /** The backup serves the shard from now on. */
        TAKEN_OVER,
        /** Nobody has the shard's state any more. */
        GONE
    }

    ShardTable(Members members, int shards) {
        this.members = members;
        this.serving = new Member[shards];
        this.backups = new Member[shards];
    }

    /** Gives the live copies of each shard their places anew; all of them are about to load the same state. */
    void assign() {
        for (int shard = 0; shard < serving.length; shard++) {
            List<Member> copies = members.copiesOf(shard);
            serving[shard] = copies.isEmpty() ? null : copies.get(0);
            backups[shard] = copies.size() < 2 ? null : copies.get(1);
        }
    }

    /** Whether every shard could be served if all loaded now. */
    boolean canBeWhole() {
        return IntStream.range(0, serving.length)
                .noneMatch(shard -> members.copiesOf(shard).isEmpty());
    }

    /** Whether every shard is served. */
    boolean isWhole() {
        return Stream.of(serving).allMatch(Objects::nonNull);
    }

    Loss lost(Member server) {
        if (backups[server.shard] == server) {
            backups[server.shard] = null;
            return Loss.BACKUP;
        }
        if (serving[server.shard] != server) {
            return Loss.NONE;
        }
        serving[server.shard] = backups[server.shard];
        backups[server.shard] = null;
        return serving[server.shard] == null ? Loss.GONE : Loss.TAKEN_OVER;
    }

    /** A copy has the shard's state now. */
    void standBy(Member server) {
        if (serving[server.shard] != server) {
            backups[server.shard] = server;
        }
    }

    boolean serves(Member server) {
        return serving[server.shard] == server;
    }

    /** Who serves a shard, or null. */
    Member serving(int shard) {
        return serving[shard];
    }

    /** Everyone who applies updates: those who serve, in the order of the shards, then the backups. */
    List<Member> active() {
        return Stream.concat(Stream.of(serving), Stream.of(backups))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Copies that could become backups of shards that have none; one a shard. */
    List<Member> candidates() {
        List<Member> candidates = new ArrayList<>();
        for (int shard = 0; shard < serving.length; shard++) {
            Member candidate = candidate(shard);
            if (candidate != null) {
                candidates.add(candidate);
            }
        }
        return candidates;
    }

    /** The copy that could become the backup of a shard that has none, or null. */
    Member candidate(int shard) {
        if (serving[shard] == null || backups[shard] != null) {
            return null;
        }
        return members.copiesOf(shard).stream()
                .filter(copy -> copy != serving[shard] && copy.copying.mayBegin())
                .findFirst()
                .orElse(null);
    }

    /** To whom a server passes its sums: its backup, or the copy that is about to become that. */
    Address[] backupsOf(Member server) {
        if (!serves(server)) {
            return new Address[0];
        }
        Member backup = backups[server.shard] == null ? candidate(server.shard) : backups[server.shard];
        return backup == null ? new Address[0] : new Address[] {backup.address};
    }

    /** Where each shard is served; only while the table is whole. */
    Address[] addresses() {
        return Stream.of(serving).map(server -> server.address).toArray(Address[]::new);
    }
}
