package org.weft.worker.engine;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.worker.data.Batch;

/** Small models, formula-given batches and whole-vector access, for the engine's tests. */
final class Replicas {
    static final MicroBatchKey KEY = new MicroBatchKey(42, 0, 0, 0);

    private Replicas() {}

    static ModelShape shape(int layers, int width, int heads, int context, int vocabSize) {
        return new ModelShape(ModelConfig.gpt2(layers, width, heads, context, 0.0), vocabSize);
    }

    static ModelShape withDropout(ModelShape shape, double dropout) {
        ModelConfig c = shape.config();
        return new ModelShape(
                ModelConfig.of(c.architecture(), c.layers(), c.width(), c.heads(), c.context(), dropout),
                shape.vocabSize());
    }

    /** An initialised replica of one thread. */
    static TorchReplica open(ModelShape shape, long seed) {
        TorchReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1));
        initialize(replica, seed);
        return replica;
    }

    static TorchReplica openDouble(ModelShape shape) {
        return TorchReplica.open(shape, ReplicaOptions.cpu(1), ScalarType.Double);
    }

    static void initialize(ModelReplica replica, long seed) {
        ParameterLayout layout = replica.layout();
        FloatBuffer window = replica.parameters(0, (int) layout.size()).asFloatBuffer();
        Initialization.fill(layout, seed, 0, window);
        replica.parametersWritten(0, layout.size());
    }

    /** Token j (0 to T) of sequence i of step s: 7 ((7919 i + 31 j j + 17 j s + 101 s + 3) mod 29) mod V. */
    static Batch batch(int step, int sequences, int context, int vocabSize) {
        int[] tokens = new int[sequences * (context + 1)];
        for (int i = 0; i < sequences; i++) {
            for (int j = 0; j <= context; j++) {
                int value = 7919 * i + 31 * j * j + 17 * j * step + 101 * step + 3;
                tokens[i * (context + 1) + j] = 7 * (value % 29) % vocabSize;
            }
        }
        return Batch.causal(sequences, context, tokens);
    }

    static float[] gradient(ModelReplica replica) {
        return floats(replica.gradients(0, (int) replica.layout().size()));
    }

    static float[] floats(ByteBuffer window) {
        float[] values = new float[window.remaining() / Float.BYTES];
        window.asFloatBuffer().get(values);
        return values;
    }

    /** Gradient of one batch from zero, normalised by its own targets. */
    static float[] gradientOf(ModelReplica replica, Batch batch, MicroBatchKey key) {
        replica.zeroGradients();
        replica.accumulateGradient(batch, batch.targetCount(), key, GradientListener.NONE);
        return gradient(replica);
    }
}
