package org.weft.bench.chaos;

/** How a run's workers and servers are spread over executors. */
public enum Shape {
    /** An executor for each worker and for each server. */
    SPLIT(1),
    /** Executors that hold a worker and a server. */
    JOINT(2);

    private final int coresPerExecutor;

    Shape(int coresPerExecutor) {
        this.coresPerExecutor = coresPerExecutor;
    }

    /** Spark takes no more than {@code slots} cores, so that no executor is without work. */
    public String sparkOptions(int slots) {
        return "-Dspark.cores.max=" + slots + " -Dspark.executor.cores=" + coresPerExecutor;
    }
}
