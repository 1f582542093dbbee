package org.weft.engine.torch;

import java.util.TreeSet;
import org.weft.core.WeftException;
import org.weft.core.model.ModelShape;
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

    /** What is not computed block by block. */
    static void requireWhole(ModelShape shape, ReplicaOptions options) {
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
    public ModelReplica open(ModelShape shape, ReplicaOptions options) {
        return TorchReplica.open(shape, options);
    }
}
