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

/** Tells the invariants what a process says, what it hears, and what it does with what is asked of it. */
record WatchedTransport(VirtualProcess process, Transport transport) implements Transport {
    private Invariants invariants() {
        return process.simulation.invariants;
    }

    @Override
    public Listener listen(String host, Service service) {
        if (process instanceof MemberProcess server) {
            server.service = service;
        }
        return transport.listen(host, new WatchedService(process.simulation.bug.service(process, service)));
    }

    @Override
    public Link connect(Address address) throws IOException {
        return new WatchedLink(transport.connect(address));
    }

    @Override
    public void close() {
        transport.close();
    }

    private final class WatchedLink implements Link {
        private final Link link;

        WatchedLink(Link link) {
            this.link = link;
        }

        @Override
        public CompletableFuture<Message> exchange(Message.Request<?> request) {
            if (process instanceof MemberProcess member) {
                invariants().members().said(member, request);
                return link.exchange(request).thenApply(reply -> {
                    invariants().members().heard(member, request, reply);
                    return reply;
                });
            }
            return link.exchange(request);
        }

        @Override
        public CompletableFuture<Void> push(BucketHeader header, ByteBuffer data) {
            return link.push(header, data);
        }

        @Override
        public CompletableFuture<Void> pull(BucketKey key, ByteBuffer into) {
            return link.pull(key, into);
        }

        @Override
        public boolean isOpen() {
            return link.isOpen();
        }

        @Override
        public void close() {
            link.close();
        }

        @Override
        public String toString() {
            return link.toString();
        }
    }

    private final class WatchedService implements Service {
        private final Service service;

        WatchedService(Service service) {
            this.service = service;
        }

        @Override
        public CompletableFuture<Message> receive(Message request) {
            return service.receive(request).thenApply(answer -> {
                if (process instanceof MemberProcess server) {
                    invariants().members().served(server, request, answer);
                } else {
                    invariants().answered(request, answer);
                }
                return answer;
            });
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
                    sink.complete();
                    invariants().members().summed((MemberProcess) process, header);
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
    }
}
