package org.weft.hub.prune;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BlockParts;
import org.weft.core.model.BlockParts.Axis;
import org.weft.core.model.Family;
import org.weft.core.params.Parameter;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;

/**
 * Scores by text. An item counts the mean over batches of |dL / dx|, x being a gate of 1 that what the item gives is multiplied with
 * (Michel et al. 2019, "Are sixteen heads really better than one?", equation 2; Molchanov et al. 2019, "Importance estimation for neural
 * network pruning", section 3): the sum of weight times gradient over the item's slice of the matrix that reads it. Blocks count what the
 * loss is without them (Song et al. 2024, "SLEB", algorithm 1). Uses the replica, whose parameters are afterwards what they were; for
 * the thread that owns it.
 */
final class GradientScores {
    private final Family family;
    private final ModelConfig model;
    private final ModelReplica replica;
    private final List<Batch> batches;
    private final Map<String, Parameter> parameters = new HashMap<>();

    private GradientScores(Family family, ModelConfig model, ModelReplica replica, List<Batch> batches) {
        this.family = family;
        this.model = model;
        this.replica = replica;
        this.batches = batches;
        replica.layout().parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
    }

    static PartScores of(Family family, ModelConfig model, ModelReplica replica, List<Batch> batches) {
        GradientScores scores = new GradientScores(family, model, replica, batches);
        List<double[]> heads = new ArrayList<>();
        List<List<double[]>> units = new ArrayList<>();
        for (int block = 0; block < model.blocks(); block++) {
            BlockParts parts = family.parts(model, block);
            heads.add(new double[parts.heads().map(Axis::items).orElse(0)]);
            units.add(
                    parts.units().stream().map(axis -> new double[axis.items()]).toList());
        }
        for (int i = 0; i < batches.size(); i++) {
            scores.differentiate(batches.get(i), i);
            scores.add(heads, units);
        }
        return new PartScores(heads, units, scores::lossWithout);
    }

    private void differentiate(Batch batch, int index) {
        replica.zeroGradients();
        replica.accumulateGradient(
                batch, batch.targetCount(), new MicroBatchKey(0, 0, 0, index), GradientListener.NONE);
    }

    private void add(List<double[]> heads, List<List<double[]>> units) {
        for (int block = 0; block < model.blocks(); block++) {
            BlockParts parts = family.parts(model, block);
            if (parts.heads().isPresent()) {
                add(parts.heads().get(), heads.get(block));
            }
            for (int i = 0; i < parts.units().size(); i++) {
                add(parts.units().get(i), units.get(block).get(i));
            }
        }
    }

    private void add(Axis axis, double[] scores) {
        BlockParts.Slices output = axis.output();
        Parameter matrix = parameters.get(output.parameter());
        int columns = matrix.shape().get(1);
        FloatBuffer weights =
                replica.parameters(matrix.offset(), (int) matrix.size()).asFloatBuffer();
        FloatBuffer gradient =
                replica.gradients(matrix.offset(), (int) matrix.size()).asFloatBuffer();
        double[] gates = new double[axis.items()];
        for (int i = 0; i < matrix.size(); i++) {
            int at = (output.dimension() == 0 ? i / columns : i % columns) - output.from();
            if (at >= 0 && at / output.width() < gates.length) {
                gates[at / output.width()] += (double) weights.get(i) * gradient.get(i);
            }
        }
        for (int item = 0; item < gates.length; item++) {
            scores[item] += Math.abs(gates[item]);
        }
    }

    /** Mean nats of a token. */
    private double lossWithout(Set<Integer> gone) {
        Map<Parameter, float[]> before = new HashMap<>();
        for (int block : gone) {
            for (String output : family.parts(model, block).outputs()) {
                before.put(parameters.get(output), clear(parameters.get(output)));
            }
        }
        try {
            return batches.stream().mapToDouble(replica::loss).sum()
                    / batches.stream().mapToLong(Batch::targetCount).sum();
        } finally {
            before.forEach(this::put);
        }
    }

    private float[] clear(Parameter parameter) {
        float[] values = new float[(int) parameter.size()];
        replica.parameters(parameter.offset(), values.length).asFloatBuffer().get(values);
        put(parameter, new float[values.length]);
        return values;
    }

    private void put(Parameter parameter, float[] values) {
        ByteBuffer window = replica.parameters(parameter.offset(), values.length);
        window.asFloatBuffer().put(values);
        replica.parametersWritten(parameter.offset(), values.length);
    }
}
