package org.weft.dl4j.transformer;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.SequenceLosses;

/**
 * A GPT-2 replica in SameDiff on ND4J's native CPU backend, float32. Opened, used and closed by one thread; windows may be
 * read and written by any thread while it is open. Arrays are freed where they end, so that memory is flat and owes
 * nothing to the garbage collector.
 *
 * <p>ND4J's number of threads is the process's: the last replica that was opened sets it.
 */
public final class Dl4jReplica implements ModelReplica {
    private static final int PEAK_SIZE = 1024;
    private static final int PEAK_ROUNDS = 8;

    private final ModelShape shape;
    private final int threads;
    private final Thread owner = Thread.currentThread();
    private final ParameterLayout layout;
    private final ParameterVector parameters;
    private final ParameterVector gradients;
    private final Gpt2Pass pass;
    private final Random random = Nd4j.getRandomFactory().getNewRandomInstance(0);
    private volatile boolean closed;

    private Dl4jReplica(ModelShape shape, int threads) {
        this.shape = shape;
        this.threads = threads;
        layout = shape.layout();
        parameters = new ParameterVector(layout);
        gradients = new ParameterVector(layout);
        pass = new Gpt2Pass(shape.config(), layout, parameters, gradients);
    }

    /** Opens a replica with parameters of zero. The calling thread owns it from here on. */
    static Dl4jReplica open(ModelShape shape, int threads) {
        if (shape.vocabSize() < 1) {
            throw WeftException.invalidData("vocabulary=" + shape.vocabSize() + " must be at least 1", "");
        }
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        Nd4j.factory().blas().setMaxThreads(threads);
        return new Dl4jReplica(shape, threads);
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        checkOpen();
        return parameters.window(offset, length);
    }

    /** The windows are the vector. */
    @Override
    public void parametersWritten(long offset, long length) {
        checkOpen();
    }

    @Override
    public void zeroGradients() {
        checkOwner();
        gradients.zero();
    }

    @Override
    public double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        return accumulateGradient(batch, normalizer, key, listener, SequenceLosses.NONE);
    }

    @Override
    public double accumulateGradient(
            Batch batch, double normalizer, MicroBatchKey key, GradientListener listener, SequenceLosses losses) {
        check(batch);
        DropoutMasks dropout = shape.config().dropout() > 0
                ? new DropoutMasks(random, key, shape.config().dropout())
                : DropoutMasks.NONE;
        return pass.accumulate(batch, normalizer, dropout, listener, losses) / normalizer;
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        checkOpen();
        return gradients.window(offset, length);
    }

    @Override
    public double loss(Batch batch) {
        check(batch);
        return pass.loss(batch);
    }

    @Override
    public float[][] logits(int[] tokens, int... positions) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("next token of no tokens: give at least 1");
        }
        return pass.logits(padded(tokens), positions);
    }

    @Override
    public float[][] hiddenStates(int[] tokens) {
        return Arrays.copyOf(pass.hiddenStates(padded(tokens)), tokens.length);
    }

    /** To a power of two, so that a growing text needs few graphs; no token sees those after it. */
    private int[] padded(int[] tokens) {
        checkOwner();
        shape.requireFits(tokens.length);
        Batch.requireIds(tokens, 0, shape.vocabSize());
        int length = Integer.highestOneBit(Math.max(1, 2 * tokens.length - 1));
        return Arrays.copyOf(tokens, Math.min(length, shape.config().context()));
    }

    /** The best of some products of (1024, 1024), one thread's in its own processor time. */
    @Override
    public double measurePeakFlops() {
        checkOwner();
        try (Scratch scratch = new Scratch()) {
            INDArray a = scratch.keep(Nd4j.ones(DataType.FLOAT, PEAK_SIZE, PEAK_SIZE)); // (M, M)
            INDArray b = scratch.keep(Nd4j.ones(DataType.FLOAT, PEAK_SIZE, PEAK_SIZE)); // (M, M)
            INDArray c = scratch.keep(Nd4j.createUninitialized(DataType.FLOAT, PEAK_SIZE, PEAK_SIZE)); // (M, M)
            LongSupplier clock =
                    threads == 1 ? ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime : System::nanoTime;
            long best = Long.MAX_VALUE;
            for (int round = 0; round < PEAK_ROUNDS; round++) {
                long start = clock.getAsLong();
                Nd4j.gemm(a, b, c, false, false, 1, 0);
                best = Math.min(best, clock.getAsLong() - start);
            }
            return 2.0 * PEAK_SIZE * PEAK_SIZE * PEAK_SIZE / (best * 1e-9);
        }
    }

    private void check(Batch batch) {
        checkOwner();
        shape.requireFits(batch.context());
        Batch.requireIds(batch.inputs(), 0, shape.vocabSize());
        Batch.requireIds(batch.targets(), Batch.IGNORED, shape.vocabSize());
        if (batch.documents() != null) {
            throw Dl4jEngineProvider.refused("training.document_attention=true", "training.document_attention=false");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the replica in ND4J is closed");
        }
    }

    private void checkOwner() {
        checkOpen();
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the replica belongs to thread " + owner.getName() + ", called by "
                    + Thread.currentThread().getName());
        }
    }

    /** Frees the native memory, windows included. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        pass.close();
        parameters.close();
        gradients.close();
        try {
            random.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing ND4J's generator", e);
        }
    }
}
