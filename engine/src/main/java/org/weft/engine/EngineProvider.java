package org.weft.engine;

import org.weft.core.model.ModelShape;
import org.weft.core.optim.MatrixProducts;

/**
 * An engine: a tensor library that computes language models. Found on the class path by {@link java.util.ServiceLoader},
 * so that nothing here knows any but libtorch. Providers are stateless; any thread may call them.
 */
public interface EngineProvider {

    /** The value of {@code cluster.engine} that chooses it. */
    String name();

    /**
     * Says before anything starts whether {@link #open} would refuse. Loads no native library.
     *
     * @throws org.weft.core.WeftException with the key and the value that this engine cannot compute
     */
    void require(ModelShape shape, ReplicaOptions options);

    /** Whether its replicas {@linkplain ModelReplica#learnFrom learn from} others. */
    default boolean distils() {
        return false;
    }

    /** Whether there are {@link #products} of it. */
    default boolean multiplies() {
        return false;
    }

    /**
     * Products for a server whose optimizer moves matrices, where the engine {@linkplain #multiplies multiplies}. The calling thread owns
     * them.
     *
     * @param threads that a product may take
     */
    default MatrixProducts products(int threads) {
        throw new UnsupportedOperationException(name() + " multiplies for no server");
    }

    /**
     * Opens a replica with parameters of zero. The calling thread owns it from here on.
     *
     * @throws org.weft.core.WeftException as {@link #require}, or where the device or the natives are not there
     */
    ModelReplica open(ModelShape shape, ReplicaOptions options);
}
