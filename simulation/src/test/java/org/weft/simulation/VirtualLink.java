package org.weft.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Link;
import org.weft.core.transport.Service;

/** One connection. Buckets are read out of their owners' memory as they leave, in two halves at two times. */
final class VirtualLink implements Link {
    private final Simulation simulation;
    private final VirtualNetwork network;
    private final Faults faults;
    private final VirtualProcess from;
    private final VirtualProcess to;
    private final Service service;
    private final Set<CompletableFuture<?>> open = new LinkedHashSet<>();
    private boolean closed;

    VirtualLink(VirtualNetwork network, VirtualProcess from, VirtualNetwork.Endpoint to) {
        this.simulation = network.simulation;
        this.network = network;
        this.faults = simulation.faults;
        this.from = from;
        this.to = to.process();
        this.service = to.service();
        this.from.links.add(this);
        this.to.links.add(this);
    }

    boolean isFrom(VirtualProcess process) {
        return from == process;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a duplicate's answer.
    public CompletableFuture<Message> exchange(Message.Request<?> request) {
        CompletableFuture<Message> reply = opened();
        Message carried = network.carried((Message) request);
        send(() -> answer(reply, service.receive(carried).thenApply(network::carried)), reply);
        if (faults.duplicates()) {
            twin(() -> service.receive(carried));
        }
        return reply;
    }

    @Override
    public CompletableFuture<Void> push(BucketHeader header, ByteBuffer data) {
        CompletableFuture<Void> acknowledged = opened();
        ByteBuffer encoded = header.encode();
        ByteBuffer bytes = data.duplicate();
        send(
                () -> {
                    Service.BucketSink sink = service.openPush(BucketHeader.decode(encoded.duplicate()));
                    simulation.invariants.members().pushOpened((MemberProcess) to, header);
                    int middle = bytes.remaining() / 3; // Within a float.
                    sink.bytes(bytes.duplicate().limit(middle));
                    to.later(
                            faults.between(0, VirtualTime.MILLI),
                            () -> finish(acknowledged, () -> {
                                if (closed) {
                                    sink.failed(new IOException("connection to " + to + " broke"));
                                    return;
                                }
                                sink.bytes(bytes.duplicate().position(middle));
                                sink.complete();
                                simulation.invariants.members().acknowledged((MemberProcess) to, header);
                                answer(acknowledged, CompletableFuture.completedFuture(null));
                            }));
                },
                acknowledged);
        if (faults.duplicates()) {
            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining())
                    .put(bytes.duplicate())
                    .flip();
            twin(() -> {
                Service.BucketSink sink = service.openPush(header);
                simulation.invariants.members().pushOpened((MemberProcess) to, header);
                sink.bytes(copy);
                sink.complete();
            });
        }
        return acknowledged;
    }

    @Override
    public CompletableFuture<Void> pull(BucketKey key, ByteBuffer into) {
        CompletableFuture<Void> received = opened();
        String streamId = key.streamId();
        send(
                () -> {
                    ByteBuffer bytes = service.openPull(BucketKey.parse(streamId));
                    int middle = bytes.remaining() / 2;
                    ByteBuffer first = copy(bytes.duplicate().limit(middle));
                    arrive(() -> {
                        into.put(first);
                        ByteBuffer second = copy(bytes.duplicate().position(middle));
                        arrive(() -> {
                            into.put(second);
                            complete(received, null, null);
                        });
                    });
                },
                received);
        return received;
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private <T> CompletableFuture<T> opened() {
        CompletableFuture<T> future = new CompletableFuture<>();
        from.requireAlive();
        open.add(future);
        return future;
    }

    private void send(Runnable atReceiver, CompletableFuture<?> outcome) {
        send(() -> finish(outcome, atReceiver));
    }

    /** What the receiver throws is the answer. */
    private void finish(CompletableFuture<?> outcome, Runnable atReceiver) {
        try {
            atReceiver.run();
        } catch (RuntimeException e) {
            answer(outcome, CompletableFuture.failedFuture(e));
        }
    }

    private void send(Runnable atReceiver) {
        if (closed) {
            breakSoon();
        } else if (from.isIsolated() || to.isIsolated() || faults.losesMessage()) {
            breakSoon();
        } else {
            simulation.time.after(faults.delay(), () -> {
                if (to.isAlive()) {
                    to.run(atReceiver);
                } else {
                    breakSoon();
                }
            });
        }
    }

    /** A message that came comes again, later. Nobody waits for its answer. */
    private void twin(Runnable atReceiver) {
        simulation.time.after(
                faults.delay() + faults.longDelay(),
                () -> to.run(() -> {
                    simulation.trace(() -> to + " gets a message of " + from + " twice");
                    try {
                        atReceiver.run();
                    } catch (RuntimeException refused) {
                        simulation.trace(refused::getMessage);
                    }
                }));
    }

    @SuppressWarnings({"FutureReturnValueIgnored", "unchecked"}) // Every outcome becomes an answer.
    private <T> void answer(CompletableFuture<T> outcome, CompletableFuture<? extends Object> handled) {
        handled.whenComplete((value, failure) -> {
            if (faults.losesMessage()) {
                breakSoon();
            } else {
                arrive(() -> complete(outcome, (T) value, failure));
            }
        });
    }

    /** What the receiver sends comes back to the sender, while the connection is there. */
    private void arrive(Runnable atSender) {
        simulation.time.after(
                faults.delay(),
                () -> from.run(() -> {
                    if (!closed) {
                        atSender.run();
                    }
                }));
    }

    private <T> void complete(CompletableFuture<T> future, T value, Throwable failure) {
        open.remove(future);
        if (failure == null) {
            future.complete(value);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** Both ends notice after a while. */
    void breakSoon() {
        simulation.time.after(faults.notice(), () -> from.run(this::close));
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        from.links.remove(this);
        to.links.remove(this);
        List<CompletableFuture<?>> failed = List.copyOf(open);
        open.clear();
        Consumer<CompletableFuture<?>> fail =
                future -> future.completeExceptionally(new IOException("connection to " + to + " broke"));
        from.later(0, () -> failed.forEach(fail));
    }

    @Override
    public String toString() {
        return to.toString();
    }
}
