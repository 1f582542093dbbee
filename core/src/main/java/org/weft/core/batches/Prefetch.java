package org.weft.core.batches;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads batches before they are asked for. Whoever asks for a lane's first micro-batch will want the others, and most
 * likely the same lane in the next step: one daemon thread reads those while the replica computes. What was not
 * foreseen, or is not read yet, is read by the caller: results are those of the source, only the waiting differs. At
 * most {@code capacity} batches are held; what goes beyond is not read ahead.
 *
 * <p>Safe for use by many threads. A failed read is thrown to whoever asks for that batch.
 */
public final class Prefetch<B extends MicroBatch> implements BatchSource<B> {
    private static final long CLOSE_MILLIS = 10_000;

    private record Key(int step, int lane, int microBatch) {}

    private final BatchSource<B> source;
    private final int microBatchesPerLane;
    private final int capacity;
    private final Thread reader = new Thread(this::readAhead, "weft-prefetch");

    // Guarded by this. Batches expected and not yet taken, and those of them that nobody has begun to read.
    private final Map<Key, FutureTask<B>> expected = new HashMap<>();
    private final Queue<FutureTask<B>> unread = new ArrayDeque<>();
    private boolean started;
    private boolean closed;

    /**
     * @param capacity two steps of this worker's lanes are enough for it never to wait
     */
    public Prefetch(BatchSource<B> source, int microBatchesPerLane, int capacity) {
        this.source = source;
        this.microBatchesPerLane = microBatchesPerLane;
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
     * Says that a lane's batches will be wanted, where that is known before. Those of steps more than one away are given up: after a
     * rewind nobody comes for them.
     */
    public synchronized void announce(int step, int lane) {
        announce(step, lane, 0);
    }

    private void announce(int step, int lane, int firstMicroBatch) {
        expected.entrySet().removeIf(entry -> {
            boolean stale = Math.abs((long) entry.getKey().step() - step) > 1;
            if (stale) {
                unread.remove(entry.getValue());
            }
            return stale;
        });
        for (int m = firstMicroBatch; m < microBatchesPerLane && expected.size() < capacity && !closed; m++) {
            Key key = new Key(step, lane, m);
            if (!expected.containsKey(key)) {
                FutureTask<B> task = new FutureTask<>(() -> source.training(key.step(), key.lane(), key.microBatch()));
                expected.put(key, task);
                unread.add(task);
            }
        }
        notifyAll();
    }

    @Override
    public B training(int step, int lane, int microBatch) throws IOException {
        FutureTask<B> task;
        synchronized (this) {
            task = expected.remove(new Key(step, lane, microBatch));
            if (task != null) {
                unread.remove(task);
            }
            if (microBatch == 0) {
                announce(step, lane, 1);
                announce(step + 1, lane);
            }
        }
        if (task == null) {
            return source.training(step, lane, microBatch);
        }
        task.run(); // does nothing where the reader has begun it
        return result(task);
    }

    private B result(FutureTask<B> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("a batch could not be read", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", interrupted);
        }
    }

    private void readAhead() {
        FutureTask<B> task;
        while ((task = nextUnread()) != null) {
            task.run(); // keeps what it throws for whoever asks
        }
    }

    private synchronized FutureTask<B> nextUnread() {
        try {
            while (unread.isEmpty() && !closed) {
                wait();
            }
        } catch (InterruptedException stop) {
            return null;
        }
        return closed ? null : unread.remove();
    }

    /** Is arithmetic: nothing is read for it. */
    @Override
    public List<String> sources(int step, int lane, int microBatch) throws IOException {
        return source.sources(step, lane, microBatch);
    }

    @Override
    public long examples() throws IOException {
        return source.examples();
    }

    /** One is read in less time than it takes to compute: it is not read ahead. */
    @Override
    public B example(int step, long number) throws IOException {
        return source.example(step, number);
    }

    @Override
    public B validation(int index) throws IOException {
        return source.validation(index);
    }

    @Override
    public double validationTargets(int index, B batch) {
        return source.validationTargets(index, batch);
    }

    @Override
    public double targets(int step) throws IOException {
        return source.targets(step);
    }

    /** Ends the thread after the read that it is in, then closes the source. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            expected.clear();
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
