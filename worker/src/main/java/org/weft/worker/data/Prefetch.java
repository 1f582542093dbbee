package org.weft.worker.data;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads the batches of coming lanes before they are asked for. A lane is {@linkplain #announce announced} as soon as
 * it is known; one daemon thread reads its micro-batches while the replica computes. What was not announced, or is not
 * read yet, is read by the caller: results are those of the source, only the waiting differs. At most
 * {@code capacity} batches are held; announcements beyond that are ignored.
 *
 * <p>Safe for use by many threads. A failed read is thrown to whoever asks for that batch.
 */
public final class Prefetch implements BatchSource {
    private static final long CLOSE_MILLIS = 10_000;

    private record Key(int step, int lane, int microBatch) {}

    private final BatchSource source;
    private final int capacity;
    private final Thread reader = new Thread(this::readAhead, "weft-prefetch");

    // Guarded by this. Batches announced and not yet taken, and those of them that nobody has begun to read.
    private final Map<Key, FutureTask<Batch>> announced = new HashMap<>();
    private final Queue<FutureTask<Batch>> unread = new ArrayDeque<>();
    private boolean started;
    private boolean closed;

    public Prefetch(BatchSource source, int capacity) {
        this.source = source;
        this.capacity = capacity;
        reader.setDaemon(true);
    }

    public synchronized void start() {
        if (!started) {
            started = true;
            reader.start();
        }
    }

    /**
     * Says that a lane's batches will be wanted. Those announced for steps more than one away are given up: after a
     * rewind nobody comes for them.
     */
    public synchronized void announce(int step, int lane) {
        announced.entrySet().removeIf(entry -> {
            boolean stale = Math.abs((long) entry.getKey().step() - step) > 1;
            if (stale) {
                unread.remove(entry.getValue());
            }
            return stale;
        });
        for (int m = 0; m < source.microBatchesPerLane() && announced.size() < capacity && !closed; m++) {
            Key key = new Key(step, lane, m);
            if (!announced.containsKey(key)) {
                FutureTask<Batch> task =
                        new FutureTask<>(() -> source.training(key.step(), key.lane(), key.microBatch()));
                announced.put(key, task);
                unread.add(task);
            }
        }
        notifyAll();
    }

    @Override
    public Batch training(int step, int lane, int microBatch) {
        FutureTask<Batch> task;
        synchronized (this) {
            task = announced.remove(new Key(step, lane, microBatch));
            if (task != null) {
                unread.remove(task);
            }
        }
        if (task == null) {
            return source.training(step, lane, microBatch);
        }
        task.run(); // does nothing where the reader has begun it
        return result(task);
    }

    private static Batch result(FutureTask<Batch> task) {
        try {
            return task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a batch could not be read", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", interrupted);
        }
    }

    private void readAhead() {
        FutureTask<Batch> task;
        while ((task = nextUnread()) != null) {
            task.run(); // keeps what it throws for whoever asks
        }
    }

    private synchronized FutureTask<Batch> nextUnread() {
        try {
            while (unread.isEmpty() && !closed) {
                wait();
            }
        } catch (InterruptedException stop) {
            return null;
        }
        return closed ? null : unread.remove();
    }

    @Override
    public int microBatchesPerLane() {
        return source.microBatchesPerLane();
    }

    @Override
    public int validationBatches() {
        return source.validationBatches();
    }

    @Override
    public Batch validation(int index) {
        return source.validation(index);
    }

    /** Ends the thread after the read that it is in, then closes the source. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            announced.clear();
            unread.clear();
            notifyAll();
        }
        try {
            reader.join(CLOSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        source.close();
    }
}
