package org.weft.worker.engine;

/**
 * Where a replica computes.
 *
 * @param device {@code cpu}, or {@code cuda:N} for the Nth GPU that this process sees
 * @param threads CPU threads of one operation; identical bits are promised for a fixed number
 */
public record ReplicaOptions(String device, int threads) {
    public ReplicaOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("replica threads=" + threads + " must be at least 1");
        }
    }

    public static ReplicaOptions cpu(int threads) {
        return new ReplicaOptions("cpu", threads);
    }
}
