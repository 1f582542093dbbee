package org.weft.engine;

import org.weft.core.Records;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ClusterConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedParameters;

/**
 * Where and how a replica computes.
 *
 * @param device {@code cpu}, or {@code cuda:N} for the Nth GPU that this process sees
 * @param threads CPU threads of one operation; identical bits are promised for a fixed number
 * @param bfloat16 whether matrix products take bfloat16; parameters and gradients outside are float32 all the same
 * @param recompute whether backward computes each block again instead of keeping what is within it
 * @param documentAttention whether batches say where documents begin that are to be attended to one by one
 * @param streamed whether one block is held at a time, and nothing but {@link Replica#spans} yields gradients
 * @param fixed whether nothing of it ever learns: it has no memory for gradients
 * @param quantized what is kept as whole numbers and scales, of a replica that is fixed
 * @param rounded where weights of linear layers within blocks are rounded to while gradients go to the float32 that they are of; null for
 *     as they are
 */
public record ReplicaOptions(
        String device,
        int threads,
        boolean bfloat16,
        boolean recompute,
        boolean documentAttention,
        boolean streamed,
        boolean fixed,
        QuantizedParameters quantized,
        QuantizationGrid rounded) {
    public ReplicaOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("replica threads=" + threads + " must be at least 1");
        }
    }

    /** Of replicas that learn, whose parameters are float32. */
    public ReplicaOptions(
            String device,
            int threads,
            boolean bfloat16,
            boolean recompute,
            boolean documentAttention,
            boolean streamed) {
        this(device, threads, bfloat16, recompute, documentAttention, streamed, false, QuantizedParameters.NONE, null);
    }

    /** Of replicas that hold all of their parameters. */
    public ReplicaOptions(String device, int threads, boolean bfloat16, boolean recompute, boolean documentAttention) {
        this(device, threads, bfloat16, recompute, documentAttention, false);
    }

    /** Of batches whose sequences are attended to as they are. */
    public ReplicaOptions(String device, int threads, boolean bfloat16, boolean recompute) {
        this(device, threads, bfloat16, recompute, false);
    }

    /** On the CPU, in float32, keeping all activations. */
    public static ReplicaOptions cpu(int threads) {
        return new ReplicaOptions("cpu", threads, false, false);
    }

    /** The same with some parameters kept as whole numbers and scales: nothing learns then. */
    public ReplicaOptions keeping(QuantizedParameters some) {
        return Records.with(some.none() ? this : frozen(), "quantized", some);
    }

    /** As a run is configured to train, block by block where it says so. */
    public static ReplicaOptions training(String device, ClusterConfig cluster, TrainingConfig training) {
        ReplicaOptions whole = training(device, cluster.threads(), training);
        return cluster.streamed() ? Records.with(Records.with(whole, "recompute", true), "streamed", true) : whole;
    }

    /** As a run is configured to train. */
    public static ReplicaOptions training(String device, int threads, TrainingConfig training) {
        ReplicaOptions plain = new ReplicaOptions(
                device,
                threads,
                training.precision() == Precision.BF16,
                training.recompute(),
                training.documentAttention());
        return Records.with(plain, "rounded", grid(training));
    }

    /** As weft quantize rounds by itself: scales are stored in bfloat16. */
    private static QuantizationGrid grid(TrainingConfig training) {
        return switch (training.quantization()) {
            case NONE -> null;
            case INT8 -> new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.BF16);
            case INT4 ->
                new QuantizationGrid(QuantizationType.INT4, training.quantizationGroupSize(), FloatFormat.BF16);
        };
    }

    /** Of a model beside one that is trained so: it is computed alike, and never learns. */
    public static ReplicaOptions teaching(String device, ClusterConfig cluster, TrainingConfig training) {
        ReplicaOptions own = training(device, cluster.threads(), training);
        return new ReplicaOptions(device, own.threads, own.bfloat16, false, own.documentAttention).frozen();
    }

    /** The same of a replica that never learns. */
    public ReplicaOptions frozen() {
        return Records.with(this, "fixed", true);
    }
}
