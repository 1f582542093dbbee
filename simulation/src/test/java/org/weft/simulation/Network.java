package org.weft.simulation;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Requests and answers between simulated processes. As over TCP, a lost message shows as a broken connection some time
 * later, never as silence; beyond TCP, messages overtake each other and arrive twice, for Weft sends again over new
 * connections while the old ones' bytes may still be on their way.
 */
final class Network {
    private final Simulation simulation;
    private final Faults faults;

    Network(Simulation simulation, Faults faults) {
        this.simulation = simulation;
        this.faults = faults;
    }

    /** Says that a connection broke. */
    static final class BrokenConnection extends Exception {
        private static final long serialVersionUID = 1L;

        BrokenConnection(SimulatedProcess to) {
            super("connection to " + to + " broke");
        }
    }

    /** One request on its way, with exactly one outcome. */
    final class Request<R> {
        private final SimulatedProcess from;
        private final SimulatedProcess to;
        private final Supplier<CompletableFuture<R>> handler;
        private final BiConsumer<R, Throwable> outcome;
        private boolean decided;

        private Request(
                SimulatedProcess from,
                SimulatedProcess to,
                Supplier<CompletableFuture<R>> handler,
                BiConsumer<R, Throwable> outcome) {
            this.from = from;
            this.to = to;
            this.handler = handler;
            this.outcome = outcome;
        }

        private void send() {
            if (from.isIsolated() || to.isIsolated() || faults.losesMessage()) {
                broken();
                return;
            }
            from.requests.add(this);
            to.requests.add(this);
            simulation.time.after(faults.delay(), this::arrive);
            if (faults.duplicates()) {
                simulation.time.after(faults.delay() + faults.longDelay(), () -> to.run(this::handleTwin));
            }
        }

        private void arrive() {
            if (!to.isAlive()) {
                broken();
            } else {
                to.run(this::handle);
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // Every outcome becomes an answer.
        private void handle() {
            handled().whenComplete((reply, failure) -> {
                if (faults.losesMessage()) {
                    broken();
                } else {
                    simulation.time.after(faults.delay(), () -> decide(reply, failure));
                }
            });
        }

        @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a twin's answer.
        private void handleTwin() {
            simulation.trace(() -> to + " gets a message of " + from + " twice");
            handled();
        }

        private CompletableFuture<R> handled() {
            try {
                return handler.get();
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        /** The sender notices after a while. */
        void broken() {
            simulation.time.after(faults.notice(), () -> decide(null, new BrokenConnection(to)));
        }

        private void decide(R reply, Throwable failure) {
            if (!decided) {
                decided = true;
                from.requests.remove(this);
                to.requests.remove(this);
                from.run(() -> outcome.accept(reply, failure));
            }
        }
    }

    /**
     * Sends a request.
     *
     * @param handler runs at the receiver, perhaps twice, perhaps never
     * @param outcome runs at the sender, once, with the answer or with what went wrong
     */
    <R> void request(
            SimulatedProcess from,
            SimulatedProcess to,
            Supplier<CompletableFuture<R>> handler,
            BiConsumer<R, Throwable> outcome) {
        new Request<>(from, to, handler, outcome).send();
    }
}
