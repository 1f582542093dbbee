package org.weft.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Who runs: exactly one thread, until it waits. Whoever waits lets events happen, on its own stack, until one of them is
 * somebody's turn; where that is its own, no thread of the machine had to change.
 */
final class Turns {
    private final Carriers carriers;
    private final BooleanSupplier event;
    private final Consumer<Throwable> failures;
    private final Carriers.Seat main = new Carriers.Seat();
    private final Set<Fiber> fibers = new LinkedHashSet<>();
    /** Null while an event happens. */
    private Fiber running;
    /** Whose turn the event at hand turned out to be. */
    private Fiber called;

    private boolean over;

    /**
     * @param event lets the next event happen; false where the simulation is over
     * @param failures told what a fiber ended with that is none of its own
     */
    Turns(Carriers carriers, BooleanSupplier event, Consumer<Throwable> failures) {
        this.carriers = carriers;
        this.event = event;
        this.failures = failures;
    }

    /** Runs to the end; then ends whatever fibers are left. */
    void run() {
        main.sit();
        Fiber next = nextCall();
        if (next != null) {
            pass(next);
            main.take();
        }
        for (Fiber fiber : List.copyOf(fibers)) {
            fiber.killed = true;
            if (fiber.seat != null) {
                fiber.seat.give();
                main.take();
            }
        }
    }

    /** Lets events happen until one is a fiber's turn; null where all is over. */
    private Fiber nextCall() {
        running = null;
        while (!over) {
            over = !event.getAsBoolean();
            if (called != null) {
                Fiber next = called;
                called = null;
                return next;
            }
        }
        return null;
    }

    /** Whoever has the turn hands it on. */
    private void pass(Fiber next) {
        if (next.seat != null) {
            next.seat.give();
        } else {
            carriers.begin(carrier -> () -> carry(carrier, next));
        }
    }

    /** A carrier's work: fibers, one after the other, until the next one sits elsewhere. */
    private void carry(Carriers.Carrier carrier, Fiber first) {
        Fiber next = first;
        while (next != null && next.seat == null) {
            next.seat = carrier;
            body(next);
            next = nextCall();
        }
        carriers.free(carrier);
        if (next == null) {
            main.give();
        } else {
            next.seat.give();
        }
    }

    private void body(Fiber fiber) {
        running = fiber;
        try {
            if (!fiber.killed) {
                fiber.body.run();
            }
        } catch (Fiber.Killed expected) {
            running = null;
        } catch (Throwable failure) {
            failures.accept(failure);
        }
        fiber.ended = true;
        fibers.remove(fiber);
        Thread.interrupted();
    }

    /** The fiber that runs now; null while an event happens. */
    Fiber running() {
        return running;
    }

    Fiber create(String name, Runnable body) {
        Fiber fiber = new Fiber(name, body);
        fibers.add(fiber);
        return fiber;
    }

    /** For an event: it is this fiber's turn, unless it waits for something else by now. */
    void call(Fiber fiber, long wait) {
        if (!fiber.ended && fiber.wait == wait) {
            fiber.wait++;
            called = fiber;
        }
    }

    /** Ends fibers wherever they stand, each as an event of its own. */
    void kill(Set<Fiber> dead, Consumer<Runnable> asEvent) {
        for (Fiber fiber : new ArrayList<>(dead)) {
            fiber.killed = true;
            asEvent.accept(() -> {
                if (!fiber.ended) {
                    fiber.wait++;
                    called = fiber;
                }
            });
        }
    }

    /** The running fiber waits until it is called; {@link Fiber#wait} is the number of this wait. */
    void await() {
        Fiber self = running;
        if (self.killed) {
            throw new Fiber.Killed();
        }
        Fiber next = nextCall();
        if (next != self) {
            if (next == null) {
                main.give();
            } else {
                pass(next);
            }
            self.seat.take();
        }
        running = self;
        if (self.killed) {
            throw new Fiber.Killed();
        }
    }
}
