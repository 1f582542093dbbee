package org.weft.parameterserver;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Service;

/** Admits every server, hands out the orders that a test gives, and keeps the reports. */
final class FakeCoordinator implements Service {
    private final BlockingQueue<Message> reports = new LinkedBlockingQueue<>();
    private final Map<Integer, CompletableFuture<Message>> parked = new HashMap<>();
    private final Map<Integer, Message> orders = new HashMap<>();
    private final BlockingQueue<Message.JoinServer> joined = new LinkedBlockingQueue<>();
    final List<Message.PollOrder> polls = new CopyOnWriteArrayList<>();
    volatile boolean refuse;

    @Override
    public CompletableFuture<Message> receive(Message request) {
        if (refuse) {
            return CompletableFuture.completedFuture(new Message.Refused("given up"));
        }
        if (request instanceof Message.JoinServer join) {
            joined.add(join);
            return CompletableFuture.completedFuture(new Message.Admitted(join.server() + 100));
        }
        if (request instanceof Message.PollOrder poll) {
            return poll(poll);
        }
        if (!(request instanceof Message.Heartbeat)) {
            reports.add(request);
        }
        return CompletableFuture.completedFuture(new Message.Done());
    }

    private synchronized CompletableFuture<Message> poll(Message.PollOrder poll) {
        polls.add(poll);
        Message order = orders.remove(poll.server());
        notifyAll();
        CompletableFuture<Message> reply = new CompletableFuture<>();
        if (order == null) {
            parked.put(poll.server(), reply);
        } else {
            reply.complete(order);
        }
        return reply;
    }

    /** Gives an order as soon as the server asks; waits until it has taken the one before. */
    synchronized void order(int shard, Message order) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (orders.containsKey(shard)) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("server " + shard + " did not ask for " + orders.get(shard));
            }
            wait(left);
        }
        CompletableFuture<Message> waiting = parked.remove(shard);
        if (waiting != null) {
            waiting.complete(order);
        } else {
            orders.put(shard, order);
        }
    }

    Address join() throws InterruptedException {
        return joined.poll(20, TimeUnit.SECONDS).address();
    }

    <T extends Message> T report(Class<T> type) throws InterruptedException {
        Message report = reports.poll(20, TimeUnit.SECONDS);
        if (!type.isInstance(report)) {
            throw new AssertionError("expected " + type.getSimpleName() + " but was " + report);
        }
        return type.cast(report);
    }
}
