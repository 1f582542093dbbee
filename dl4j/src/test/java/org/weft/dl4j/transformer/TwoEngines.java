package org.weft.dl4j.transformer;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.Engines;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** Small models, formula-given batches and whole-vector access, for either engine. */
final class TwoEngines {
    static final String TORCH = "torch";
    static final String DL4J = "dl4j";
    static final MicroBatchKey KEY = new MicroBatchKey(42, 0, 0, 0);

    private TwoEngines() {}

    static ModelShape shape(int layers, int width, int heads, int context, int vocabSize) {
        return new ModelShape(ModelConfig.gpt2(layers, width, heads, context, 0.0), vocabSize);
    }

    static ModelShape dropping(ModelShape shape, double dropout) {
        ModelConfig c = shape.config();
        return new ModelShape(
                ModelConfig.gpt2(c.layers(), c.width(), c.heads(), c.context(), dropout), shape.vocabSize());
    }

    static ModelShape configured(String model, int vocabSize) {
        return new ModelShape(
                ConfigLoader.load("test", "model: " + model, List.of("run.dir=unused"))
                        .model(),
                vocabSize);
    }

    /** Initialised; norms and biases too are moved off their neutral values, so that nothing agrees by being 0 or 1. */
    static ModelReplica open(String engine, ModelShape shape, long seed) {
        ModelReplica replica = Engines.open(engine, shape, ReplicaOptions.cpu(1));
        ParameterLayout layout = replica.layout();
        FloatBuffer window = replica.parameters(0, (int) layout.size()).asFloatBuffer();
        Initialization.fill(layout, seed, 0, window);
        for (int i = 0; i < layout.size(); i++) {
            window.put(i, window.get(i) + 0.05f * (float) Math.sin(0.37 * i));
        }
        replica.parametersWritten(0, layout.size());
        return replica;
    }

    /** Token j (0 to T) of sequence i of step s is arithmetic, with repeats within and between sequences. */
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

    /** With nothing to predict at every third token. */
    static Batch withHoles(Batch batch) {
        int[] targets = batch.targets().clone();
        Arrays.setAll(targets, i -> i % 3 == 1 ? Batch.IGNORED : targets[i]);
        return Batch.ofTokens(batch.sequences(), batch.context(), batch.inputs(), targets);
    }

    static float[] gradientOf(ModelReplica replica, Batch batch, MicroBatchKey key) {
        replica.zeroGradients();
        replica.accumulateGradient(batch, batch.targetCount(), key, GradientListener.NONE);
        return gradient(replica);
    }

    static float[] gradient(ModelReplica replica) {
        float[] values = new float[(int) replica.layout().size()];
        replica.gradients(0, values.length).asFloatBuffer().get(values);
        return values;
    }

    /** The largest difference within a parameter, relative to its largest element. */
    static double difference(float[] expected, float[] actual, Parameter parameter) {
        double largest = 0;
        double difference = 0;
        for (int i = (int) parameter.offset(); i < parameter.end(); i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        return difference / largest;
    }
}
