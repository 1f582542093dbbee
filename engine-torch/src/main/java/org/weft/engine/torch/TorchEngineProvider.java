package org.weft.engine.torch;

import java.util.TreeSet;
import org.weft.core.WeftException;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.params.Parameter;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizedParameters;
import org.weft.engine.EngineProvider;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** {@code cluster.engine: torch}: every family, on CPU and GPU. */
public final class TorchEngineProvider implements EngineProvider {

    @Override
    public String name() {
        return Engines.TORCH;
    }

    @Override
    public boolean distils() {
        return true;
    }

    /** Of what a validated configuration may ask for, only a family of another jar may be none that this one computes. */
    @Override
    public void require(ModelShape shape, ReplicaOptions options) {
        String architecture = shape.config().architecture();
        if (!Transformer.FAMILIES.containsKey(architecture)) {
            throw WeftException.usage(
                    "cluster.engine=" + name() + " does not compute model.architecture=" + architecture,
                    "it computes " + String.join(", ", new TreeSet<>(Transformer.FAMILIES.keySet())));
        }
        requireWhole(shape, options);
    }

    /** What is not rounded while it learns. */
    private static void requireRounded(ModelShape shape, ReplicaOptions options) {
        QuantizationGrid grid = options.rounded();
        if (grid == null) {
            return;
        }
        String named = "training.quantization=" + grid.type().word();
        if (shape.adaptation().lora() != null) {
            throw WeftException.usage(
                    named + " does not go with finetune.method=lora: adapters are merged into what would be rounded",
                    "set finetune.method=full");
        }
        if (shape.adapted().frozen().size() > 0) {
            throw WeftException.usage(
                    named + " rounds what learns, and finetune.frozen_layers leaves blocks as they are",
                    "set finetune.frozen_layers=0");
        }
        for (Parameter parameter : QuantizedParameters.candidates(shape, shape.layout())) {
            int inputs = shape.family().inputs(parameter);
            if (!grid.divides(inputs)) {
                throw WeftException.usage(
                        "training.quantization_group_size=" + grid.groupSize() + " does not divide the " + inputs
                                + " inputs of " + parameter.name(),
                        "set one that divides every width of the model: 32 and 64 are usual, too");
            }
        }
    }

    /** What is not computed with whole numbers. */
    private static void requireQuantized(ReplicaOptions options) {
        if (options.quantized().none()) {
            return;
        }
        String what = null;
        if (!options.device().equals("cpu")) {
            what = "device=" + options.device();
        } else if (options.bfloat16()) {
            what = "precision bf16, which is of float32 weights";
        } else if (options.streamed()) {
            what = "cluster.residency=streamed";
        }
        if (what != null) {
            throw WeftException.usage(
                    "a model whose weights are quantised does not go with " + what,
                    "compute it on the CPU, in fp32: its matrices are "
                            + options.quantized().type().word() + " all the same");
        }
    }

    /** What is not computed block by block. */
    static void requireWhole(ModelShape shape, ReplicaOptions options) {
        if (shape.vocabSize() < 1) {
            throw WeftException.invalidData("vocabulary=" + shape.vocabSize() + " must be at least 1", "");
        }
        requireQuantized(options);
        requireRounded(shape, options);
        if (!options.streamed()) {
            return;
        }
        String what = null;
        if (!options.device().equals("cpu")) {
            what = "cluster.device=cuda: one block is held on the host";
        } else if (shape.adapted().frozen().size() > 0) {
            what = "parameters that do not learn: servers do not have them";
        } else if (shape.config().encodesSource()) {
            what = "model.architecture=" + shape.config().architecture()
                    + ": its biases of positions are of all blocks";
        }
        if (what != null) {
            throw WeftException.usage(
                    "cluster.residency=streamed does not go with " + what, "set cluster.residency=whole");
        }
    }

    @Override
    public boolean multiplies() {
        return true;
    }

    @Override
    public MatrixProducts products(int threads) {
        return new TorchProducts(threads);
    }

    @Override
    public ModelReplica open(ModelShape shape, ReplicaOptions options) {
        return TorchReplica.open(shape, options);
    }
}
