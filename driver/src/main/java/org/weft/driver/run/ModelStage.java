package org.weft.driver.run;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A Spark stage in which a model works through parts of something: each task opens the model once and takes its share of
 * the parts. What comes back is in the parts' order, whoever did them, so that sums over it do not depend on the tasks.
 */
public final class ModelStage {
    private ModelStage() {}

    /** Opens a model on an executor. The thread that calls it owns the model. */
    @FunctionalInterface
    public interface Opening<P, R> extends Serializable {
        Opened<P, R> open() throws IOException;
    }

    /** An open model. */
    public interface Opened<P, R> extends AutoCloseable {
        /** What the model makes of a part; must be serializable. */
        R take(P part) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Over parts that the driver deals out: a model for each core, however many parts there are. */
    public static <P, R> List<R> over(JavaSparkContext context, List<P> parts, Opening<P, R> opening) {
        if (parts.isEmpty()) {
            return List.of();
        }
        int tasks = Math.min(parts.size(), Math.max(1, context.defaultParallelism()));
        return over(context.parallelize(parts, tasks), opening);
    }

    /** Over parts that lie on the executors. */
    public static <P, R> List<R> over(JavaRDD<P> parts, Opening<P, R> opening) {
        return parts.mapPartitions(share -> taken(share, opening)).collect(); // in the order of the partitions
    }

    private static <P, R> Iterator<R> taken(Iterator<P> share, Opening<P, R> opening) throws IOException {
        List<R> results = new ArrayList<>();
        if (!share.hasNext()) {
            return results.iterator();
        }
        try (Opened<P, R> model = opening.open()) {
            while (share.hasNext()) {
                results.add(model.take(share.next()));
            }
        }
        return results.iterator();
    }
}
