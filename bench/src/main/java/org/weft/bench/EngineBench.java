package org.weft.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.engine.Engines;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/**
 * One replica of one thread in each engine of the class path that is named: how far losses and gradients are from the
 * first engine's, and tokens/s, alternating in one process.
 *
 * <p>{@code EngineBench WIDTH,LAYERS,CONTEXT,BATCH,VOCABULARY ROUNDS ENGINE ENGINE…}
 */
public final class EngineBench {
    private static final int HEAD_WIDTH = 64;
    private static final int STEPS = 2;
    private static final MicroBatchKey KEY = new MicroBatchKey(1, 0, 0, 0);

    private EngineBench() {}

    public static void main(String[] args) {
        int[] shape =
                Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray();
        int heads = Math.max(1, shape[0] / HEAD_WIDTH);
        ModelShape model = new ModelShape(ModelConfig.gpt2(shape[1], shape[0], heads, shape[2], 0), shape[4]);
        int[] tokens = new Random(1)
                .ints((long) shape[3] * (shape[2] + 1), 0, shape[4])
                .toArray();
        Batch batch = Batch.causal(shape[3], shape[2], tokens);
        String[] engines = Arrays.copyOfRange(args, 2, args.length);
        ModelReplica[] replicas = new ModelReplica[engines.length];
        for (int i = 0; i < engines.length; i++) {
            replicas[i] = open(engines[i], model);
        }
        compare(engines, replicas, batch);
        time(engines, replicas, batch, Integer.parseInt(args[1]));
        for (ModelReplica replica : replicas) {
            replica.close();
        }
    }

    private static ModelReplica open(String engine, ModelShape model) {
        ModelReplica replica = Engines.open(engine, model, ReplicaOptions.cpu(1));
        int size = (int) model.layout().size();
        Initialization.fill(model.layout(), 1, 0, replica.parameters(0, size).asFloatBuffer());
        replica.parametersWritten(0, size);
        return replica;
    }

    private static void compare(String[] engines, ModelReplica[] replicas, Batch batch) {
        double first = gradient(replicas[0], batch);
        float[] expected = values(replicas[0]);
        for (int i = 1; i < engines.length; i++) {
            double loss = gradient(replicas[i], batch);
            float[] actual = values(replicas[i]);
            String worst = "";
            double largest = 0;
            for (Parameter parameter : replicas[i].layout().parameters()) {
                double difference = difference(expected, actual, parameter);
                if (difference >= largest) {
                    largest = difference;
                    worst = parameter.name();
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s against %s: loss %.7f, %.7f, relative difference %.1e; gradients by name at most %.1e (%s)%n",
                    engines[i],
                    engines[0],
                    loss,
                    first,
                    Math.abs(loss / first - 1),
                    largest,
                    worst);
        }
    }

    /** The largest difference within a parameter, relative to its largest element. */
    private static double difference(float[] expected, float[] actual, Parameter parameter) {
        double largest = 0;
        double difference = 0;
        for (int i = (int) parameter.offset(); i < parameter.end(); i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        return difference / largest;
    }

    private static void time(String[] engines, ModelReplica[] replicas, Batch batch, int rounds) {
        double[][] rates = new double[engines.length][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < engines.length; i++) {
                long start = System.nanoTime();
                for (int step = 0; step < STEPS; step++) {
                    gradient(replicas[i], batch);
                }
                rates[i][round] = batch.targetCount() * STEPS / ((System.nanoTime() - start) * 1e-9);
            }
        }
        for (int i = 0; i < engines.length; i++) {
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                ratios[round] = rates[i][round] / rates[0][round];
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-6s %6.0f tokens/s, %.3f of %s (median of the rounds' ratios)%n",
                    engines[i],
                    Rounds.median(rates[i]),
                    Rounds.median(ratios),
                    engines[0]);
        }
    }

    /** Parameters count as changed before each step, as in training. */
    private static double gradient(ModelReplica replica, Batch batch) {
        replica.parametersWritten(0, replica.layout().size());
        replica.zeroGradients();
        return replica.accumulateGradient(batch, batch.targetCount(), KEY, GradientListener.NONE);
    }

    private static float[] values(ModelReplica replica) {
        float[] values = new float[(int) replica.layout().size()];
        replica.gradients(0, values.length).asFloatBuffer().get(values);
        return values;
    }
}
