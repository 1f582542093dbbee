package org.weft.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.weft.core.batches.Batch;
import org.weft.core.config.TrainingConfig;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;

/** Ten steps of training in one process, of which it writes down the first one's gradient and all losses. */
record TenSteps(TrainingConfig training, ModelReplica replica, long seed) {
    static final int STEPS = 10;

    /** Writes gradient.f32 and losses.txt; the replica then has the parameters after the last step. */
    void run(Path output, IntFunction<Batch> batches) throws IOException {
        ParameterLayout layout = replica.layout();
        int size = (int) layout.size();
        FloatBuffer parameters = replica.parameters(0, size).asFloatBuffer();
        float[] weights = new float[size];
        parameters.get(0, weights);
        Optimizer optimizer = Optimizer.of(training);
        Optimizer.State state = new Optimizer.State(new float[size], weights, new float[size], new float[size]);
        StringBuilder losses = new StringBuilder();
        for (int step = 0; step < STEPS; step++) {
            Batch batch = batches.apply(step);
            replica.zeroGradients();
            double loss = replica.accumulateGradient(
                    batch, batch.targetCount(), new MicroBatchKey(seed, step, 0, 0), GradientListener.NONE);
            losses.append(loss).append('\n');
            replica.gradients(0, size).asFloatBuffer().get(0, state.gradient());
            if (step == 0) {
                write(output.resolve("gradient.f32"), state.gradient());
            }
            for (Parameter parameter : layout.parameters()) {
                optimizer.update(
                        step,
                        1,
                        state,
                        new Optimizer.Segment((int) parameter.offset(), (int) parameter.end(), parameter.decay(), 1));
            }
            parameters.put(0, weights);
            replica.parametersWritten(0, size);
        }
        Files.writeString(output.resolve("losses.txt"), losses);
    }

    /** Float32, little-endian. */
    static void write(Path file, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(file, bytes.array());
    }
}
