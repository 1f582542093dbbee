package org.weft.engine.torch;

import org.weft.core.model.ModelShape;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.ReplicaProvider;

/** {@code cluster.engine: torch}: every family, on CPU and GPU. */
public final class TorchProvider implements ReplicaProvider {

    @Override
    public String name() {
        return Engines.TORCH;
    }

    /** There is nothing that a validated configuration may ask for and libtorch does not compute. */
    @Override
    public void require(ModelShape shape, ReplicaOptions options) {}

    @Override
    public ModelReplica open(ModelShape shape, ReplicaOptions options) {
        return TorchReplica.open(shape, options);
    }
}
