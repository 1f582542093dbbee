package org.weft.driver.run;

import java.util.Iterator;
import java.util.Map;
import org.apache.spark.api.java.function.VoidFunction;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.optim.MatrixProducts;
import org.weft.driver.spark.ExecutorEnvironment;
import org.weft.driver.spark.TaskPlace;
import org.weft.engine.Engines;
import org.weft.parameterserver.ParameterServer;
import org.weft.parameterserver.ServerOptions;

/**
 * The long Spark task that is one copy of one parameter server shard; its partition holds the server's index.
 *
 * @param kernels the driver's {@link ExecutorEnvironment#kernels}, which decide bits where servers multiply matrices
 */
record ServerTask(ServerOptions options, Map<String, String> kernels) implements VoidFunction<Iterator<Integer>> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(Iterator<Integer> index) throws Exception {
        TaskPlace place = TaskPlace.here();
        if (options.config().training().optimizer() == OptimizerKind.MUON) {
            ExecutorEnvironment.requireKernels(kernels);
        }
        MatrixProducts products = Engines.products(options.config());
        try (ParameterServer server = new ParameterServer(options, index.next(), products)) {
            server.run(place.attempt(), place.host(), place.executor());
        }
    }
}
