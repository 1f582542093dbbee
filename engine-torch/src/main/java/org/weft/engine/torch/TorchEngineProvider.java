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

    /** Of what a validated configuration may ask for, only a family of another jar may be none that this one computes. */
    @Override
    public void require(ModelShape shape, ReplicaOptions options) {
        String architecture = shape.config().architecture();
        if (!Transformer.FAMILIES.containsKey(architecture)) {
            throw WeftException.usage(
                    "cluster.engine=" + name() + " does not compute model.architecture=" + architecture,
                    "it computes " + String.join(", ", new TreeSet<>(Transformer.FAMILIES.keySet())));
        }
    }

    @Override
    public ModelReplica open(ModelShape shape, ReplicaOptions options) {
        return TorchReplica.open(shape, options);
    }
}
