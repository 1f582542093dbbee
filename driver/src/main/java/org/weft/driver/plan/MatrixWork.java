package org.weft.driver.plan;

import java.util.Arrays;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.WholeMatrix;

/**
 * What servers multiply for an update, in floating-point operations: nothing unless matrices are moved as a whole.
 *
 * @param most of the server with the most
 * @param all of all servers
 */
public record MatrixWork(double most, double all) {

    public static MatrixWork of(ModelShape shape, WeftConfig config) {
        ParameterLayout layout = MuonMatrices.served(config, shape.layout());
        RangePartitioner partitioner =
                RangePartitioner.of(layout, config.cluster().servers());
        double[] byServer = new double[config.cluster().servers()];
        for (WholeMatrix matrix : layout.matrices()) {
            byServer[partitioner.shardOf(layout.bucketOf(matrix.parameter().offset()))] += matrix.operations();
        }
        return new MatrixWork(
                Arrays.stream(byServer).max().orElse(0), Arrays.stream(byServer).sum());
    }
}
