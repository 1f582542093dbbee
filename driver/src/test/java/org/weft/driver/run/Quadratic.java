package org.weft.driver.run;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;
import org.weft.engine.Workload;

/**
 * The smallest thing that can be trained: W parameters that are to become 1, half their squared distance the loss.
 *
 * @param brokenStep whose loss and gradient are not finite; -1 where all are
 */
record Quadratic(int width, int brokenStep) implements Workload<Quadratic.Point> {
    private static final long serialVersionUID = 1L;

    Quadratic(int width) {
        this(width, -1);
    }

    /** Nothing to look at. */
    record Point(boolean finite) implements MicroBatch {
        @Override
        public long targetCount() {
            return 1;
        }
    }

    @Override
    public ParameterLayout layout() {
        return ParameterLayout.builder()
                .add("w", List.of(width), false, Initializer.ZEROS)
                .build();
    }

    @Override
    public Replica<Point> open(String device) {
        return new Copy(layout());
    }

    @Override
    public BatchSource<Point> batches() {
        return new BatchSource<>() {
            @Override
            public Point training(int step, int lane, int microBatch) {
                return new Point(step != brokenStep);
            }

            @Override
            public double targets(int step) {
                return 8;
            }

            @Override
            public Point validation(int index) {
                return new Point(true);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public double tokensPerStep() {
        return 8;
    }

    @Override
    public double flopsPerToken() {
        return Double.NaN;
    }

    /** Two vectors. */
    private static final class Copy implements Replica<Point> {
        private final ParameterLayout layout;
        private final ByteBuffer parameters;
        private final ByteBuffer gradients;

        Copy(ParameterLayout layout) {
            this.layout = layout;
            int bytes = (int) layout.size() * Float.BYTES;
            this.parameters = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
            this.gradients = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public ParameterLayout layout() {
            return layout;
        }

        private static ByteBuffer window(ByteBuffer vector, long offset, int length) {
            return vector.slice((int) offset * Float.BYTES, length * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public ByteBuffer parameters(long offset, int length) {
            return window(parameters, offset, length);
        }

        @Override
        public void parametersWritten(long offset, long length) {}

        @Override
        public void zeroGradients() {
            for (int at = 0; at < gradients.capacity(); at++) {
                gradients.put(at, (byte) 0);
            }
        }

        @Override
        public double accumulateGradient(Point batch, double normalizer, MicroBatchKey key, GradientListener listener) {
            for (int at = 0; at < parameters.capacity(); at += Float.BYTES) {
                float error = batch.finite() ? parameters.getFloat(at) - 1 : Float.NaN;
                gradients.putFloat(at, gradients.getFloat(at) + (float) (error / normalizer));
            }
            listener.rangeReady(0, layout.size());
            return loss(batch) / normalizer;
        }

        @Override
        public ByteBuffer gradients(long offset, int length) {
            return window(gradients, offset, length);
        }

        @Override
        public double loss(Point batch) {
            double loss = batch.finite() ? 0 : Double.NaN;
            for (int at = 0; at < parameters.capacity(); at += Float.BYTES) {
                loss += Math.pow(parameters.getFloat(at) - 1, 2) / 2;
            }
            return loss;
        }

        @Override
        public double measurePeakFlops() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
