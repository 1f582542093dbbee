package org.weft.tuning.dataset;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.WeftException;
import org.weft.tuning.task.Fields;

/** Rows that a model is about to see, looked at without it: what is wrong with one of them is told before any is computed. */
public final class CheckedRows {
    private CheckedRows() {}

    /** What a row must be. */
    @FunctionalInterface
    public interface Check extends Serializable {
        /** @throws WeftException that shows the row */
        void accept(Fields row);
    }

    /**
     * How many rows there are.
     *
     * @param source what they are called in errors
     * @throws WeftException of one of them that cannot be used, or where they cannot be read
     */
    public static long count(String source, JavaRDD<Fields> rows, Check check) {
        List<Counted> parts;
        try {
            parts = rows.mapPartitions(some -> List.of(Counted.of(some, check)).iterator())
                    .collect();
        } catch (Exception failure) { // Spark's is checked, and undeclared
            throw DatasetReader.unreadable(source, failure);
        }
        long count = 0;
        for (Counted part : parts) {
            if (part.failure() != null) {
                throw part.failure();
            }
            count += part.rows();
        }
        return count;
    }

    /** @param failure of the first row that cannot be used, or null: returned, for what a task throws Spark tries again */
    private record Counted(long rows, WeftException failure) implements Serializable {
        static Counted of(Iterator<Fields> some, Check check) {
            long rows = 0;
            try {
                while (some.hasNext()) {
                    check.accept(some.next());
                    rows++;
                }
                return new Counted(rows, null);
            } catch (WeftException unusable) {
                return new Counted(rows, unusable);
            }
        }
    }
}
