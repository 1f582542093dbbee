package org.weft.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Link;
import org.weft.core.transport.Service;
import org.weft.core.transport.Transport;

/** Mistakes on the way between processes. */
final class PlantedTransports {
    private PlantedTransports() {}

    /** Does what the real one does, where nothing else is said. */
    private static class Same implements Transport {
        final Transport real;

        Same(Transport real) {
            this.real = real;
        }

        @Override
        public Listener listen(String host, Service service) {
            return real.listen(host, service);
        }

        @Override
        public Link connect(Address address) throws IOException {
            return real.connect(address);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    /** The same of a connection. */
    private static class SameLink implements Link {
        final Link real;

        SameLink(Link real) {
            this.real = real;
        }

        @Override
        public CompletableFuture<Message> exchange(Message.Request<?> request) {
            return real.exchange(request);
        }

        @Override
        public CompletableFuture<Void> push(BucketHeader header, ByteBuffer data) {
            return real.push(header, data);
        }

        @Override
        public CompletableFuture<Void> pull(BucketKey key, ByteBuffer into) {
            return real.pull(key, into);
        }

        @Override
        public boolean isOpen() {
            return real.isOpen();
        }

        @Override
        public void close() {
            real.close();
        }
    }

    /** Goes on when its owner has closed it. */
    static final class Unclosed extends Same {
        Unclosed(Transport real) {
            super(real);
        }

        @Override
        public void close() {
            // The mistake.
        }
    }

    /** Answers the first question of a new incarnation with the last order to the old one. */
    static final class OldReplies extends Same {
        private int incarnation = -1;
        private Message last;

        OldReplies(Transport real) {
            super(real);
        }

        @Override
        public Link connect(Address address) throws IOException {
            Link link = real.connect(address);
            return new SameLink(link) {
                @Override
                public CompletableFuture<Message> exchange(Message.Request<?> request) {
                    return request instanceof Message.PollOrder poll ? order(link, poll) : link.exchange(request);
                }
            };
        }

        private CompletableFuture<Message> order(Link link, Message.PollOrder poll) {
            boolean first = poll.incarnation() != incarnation;
            incarnation = poll.incarnation();
            if (first && last != null) {
                return CompletableFuture.completedFuture(last);
            }
            return link.exchange(poll).thenApply(reply -> {
                last = reply instanceof Message.ApplyStep ? reply : last;
                return reply;
            });
        }
    }

    /** Tells servers that no update has led to what they are to copy. */
    static final class ForgottenUpdates extends Same {
        ForgottenUpdates(Transport real) {
            super(real);
        }

        @Override
        public Link connect(Address address) throws IOException {
            return new SameLink(real.connect(address)) {
                @Override
                public CompletableFuture<Message> exchange(Message.Request<?> request) {
                    return real.exchange(request)
                            .thenApply(reply -> reply instanceof Message.CopyShard copy
                                    ? new Message.CopyShard(copy.generation(), copy.step(), 0, copy.primary())
                                    : reply);
                }
            };
        }
    }

    /** Says that a push is taken before it is. */
    static final class EarlyAcknowledgements extends Same {
        private final VirtualProcess process;

        EarlyAcknowledgements(VirtualProcess process, Transport real) {
            super(real);
            this.process = process;
        }

        @Override
        public Listener listen(String host, Service service) {
            return real.listen(host, new Service() {
                @Override
                public CompletableFuture<Message> receive(Message request) {
                    return service.receive(request);
                }

                @Override
                public BucketSink openPush(BucketHeader header) {
                    BucketSink sink = service.openPush(header);
                    return new BucketSink() {
                        @Override
                        public void bytes(ByteBuffer part) {
                            sink.bytes(part);
                        }

                        @Override
                        public void complete() {
                            process.later(VirtualTime.MILLI, sink::complete);
                        }

                        @Override
                        public void failed(Throwable cause) {
                            sink.failed(cause);
                        }
                    };
                }

                @Override
                public ByteBuffer openPull(BucketKey key) {
                    return service.openPull(key);
                }
            });
        }
    }
}
