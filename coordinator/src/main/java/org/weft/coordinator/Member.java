package org.weft.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/** One attempt of one worker or server that has joined. Owned by the coordinator's thread. */
final class Member {
    final Role role;
    final int id;
    /** The shard that a server holds a copy of; -1 for a worker. */
    final int shard;

    final int attempt;
    final int incarnation;
    final String host;
    final String executor;
    final double peakFlops;
    /** Where a server listens; null for a worker. */
    final Address address;
    /** What a server is not known to have carried out, in order: an answer may be lost on its way. */
    final Deque<Message.Order> orders = new ArrayDeque<>();

    /** Of a server that is to copy a shard. */
    final CopyTries copying = new CopyTries();

    /** Of what a worker has computed; see {@link Message.PollWork}. */
    int computedTicket = Message.PollWork.NOTHING;

    /** The held answer to a poll, or null while the member is busy. */
    CompletableFuture<Message> parked;

    long parkedAtMillis;
    long lastSeenMillis;

    Member(Message.JoinWorker join, int incarnation) {
        this.role = Role.WORKER;
        this.id = join.worker();
        this.shard = -1;
        this.attempt = join.attempt();
        this.incarnation = incarnation;
        this.host = join.host();
        this.executor = join.executor();
        this.peakFlops = join.peakFlops();
        this.address = null;
    }

    Member(Message.JoinServer join, int replicas, int incarnation) {
        this.role = Role.SERVER;
        this.id = join.server();
        this.shard = join.server() / replicas;
        this.attempt = join.attempt();
        this.incarnation = incarnation;
        this.host = join.address().host();
        this.executor = join.executor();
        this.peakFlops = 0;
        this.address = join.address();
    }

    /** Tells a server what to do, now if it waits for it. */
    void order(Message.Order message) {
        orders.add(message);
        reply(message);
    }

    /** The first order that a server which holds these parameters has not carried out yet, or null. */
    Message.Order nextOrder(int generation, int step) {
        while (!orders.isEmpty() && leadsTo(orders.peek(), generation, step)) {
            orders.remove();
        }
        if (orders.peek() instanceof Message.CopyShard) {
            copying.again();
        }
        return orders.peek();
    }

    private static boolean leadsTo(Message.Order order, int generation, int step) {
        if (order instanceof Message.LoadParameters load) {
            return load.generation() == generation && load.step() == step;
        }
        if (order instanceof Message.AdoptGeneration adopt) {
            return adopt.generation() == generation && adopt.step() == step;
        }
        if (order instanceof Message.CopyShard copy) {
            return copy.generation() == generation && copy.step() == step;
        }
        return order instanceof Message.ApplyStep apply && apply.generation() == generation && apply.next() == step;
    }

    /** Holds a poll until there is something to do; an earlier one, which broke off, is let go. */
    void park(CompletableFuture<Message> poll, long nowMillis) {
        reply(new Message.Done());
        parked = poll;
        parkedAtMillis = nowMillis;
    }

    /** Answers a held poll, if there is one. */
    boolean reply(Message message) {
        CompletableFuture<Message> waiting = parked;
        parked = null;
        return waiting != null && waiting.complete(message);
    }

    @Override
    public String toString() {
        return role.name(id) + " (executor " + executor + ", host " + host + ")";
    }
}
