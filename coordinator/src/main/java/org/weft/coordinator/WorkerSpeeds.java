package org.weft.coordinator;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long workers take for a lane, and what share of a step each should have therefore. Shares are even as long as the
 * slowest takes less than {@code ratio} times as long as the fastest: moving lanes about for small differences would only
 * follow the noise. Owned by the coordinator's thread.
 *
 * @param ratio 0 for even shares always
 */
record WorkerSpeeds(double ratio, Map<Integer, Double> millisPerLane) {
    /** Weight of the newest measurement. */
    private static final double SMOOTHING = 0.3;
    /** Even the slowest worker keeps so much of a fast one's share: what it does must stay known. */
    private static final double SMALLEST_SHARE = 0.05;

    WorkerSpeeds(double ratio) {
        this(ratio, new HashMap<>());
    }

    void measured(int worker, int lanes, double millis) {
        double now = Math.max(millis, 1) / lanes;
        millisPerLane.merge(worker, now, (before, latest) -> (1 - SMOOTHING) * before + SMOOTHING * latest);
    }

    /** A new attempt may run elsewhere. */
    void forget(int worker) {
        millisPerLane.remove(worker);
    }

    /** Shares of these workers. One that nothing is known of counts as the fastest. */
    Map<Integer, Double> shares(Collection<Integer> workers) {
        double fastest = workers.stream()
                .mapToDouble(worker -> millisPerLane.getOrDefault(worker, Double.MAX_VALUE))
                .min()
                .orElse(Double.MAX_VALUE);
        boolean uneven = workers.stream().anyMatch(worker -> isSlow(worker, fastest));
        Map<Integer, Double> shares = new TreeMap<>();
        for (int worker : workers) {
            double share = uneven ? Math.max(SMALLEST_SHARE, fastest / millisPerLane.getOrDefault(worker, fastest)) : 1;
            shares.put(worker, share);
        }
        return shares;
    }

    private boolean isSlow(int worker, double fastest) {
        return ratio > 0 && millisPerLane.getOrDefault(worker, 0.0) > ratio * fastest;
    }
}
