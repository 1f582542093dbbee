package org.weft.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Threads of the machine for the fibers of one simulation after another. Used by one thread at a time, which has the turn. */
final class Carriers implements AutoCloseable {
    private final Deque<Carrier> free = new ArrayDeque<>();

    /** A place to wait for one's turn. */
    static class Seat {
        private volatile Thread thread;
        private volatile boolean turn;

        void sit() {
            thread = Thread.currentThread();
        }

        /** Hands the turn to who sits here; the caller is to touch nothing more. */
        final void give() {
            turn = true;
            LockSupport.unpark(thread);
        }

        /** Waits for the turn. */
        final void take() {
            while (!turn) {
                LockSupport.park(this);
                Thread.interrupted(); // Fibers are interrupted by name: this would keep the thread awake.
            }
            turn = false;
        }
    }

    /** One thread, which runs a fiber at a time. */
    static final class Carrier extends Seat {
        private Runnable work;

        private void run() {
            while (true) {
                take();
                Runnable assigned = work;
                if (assigned == null) {
                    return;
                }
                work = null;
                assigned.run();
            }
        }
    }

    /** Begins work on a free thread, which has the turn from here on. */
    void begin(Function<Carrier, Runnable> work) {
        Carrier carrier = free.isEmpty() ? start() : free.pop();
        carrier.work = work.apply(carrier);
        carrier.give();
    }

    private static Carrier start() {
        Carrier carrier = new Carrier();
        Thread thread = new Thread(carrier::run, "simulation-carrier");
        thread.setDaemon(true);
        ((Seat) carrier).thread = thread;
        thread.start();
        return carrier;
    }

    /** A thread that will touch nothing more after it has handed the turn on. */
    void free(Carrier carrier) {
        free.push(carrier);
    }

    /** Ends the threads; all of them have to be free. */
    @Override
    public void close() {
        free.forEach(Seat::give);
        free.clear();
    }
}
