package org.weft.driver.plan.scale;

import java.util.ArrayList;
import java.util.List;
import org.weft.driver.plan.StepTime;

/**
 * Plays some steps of one configuration: workers that pull, compute and push; links that carry what is under way, each at its rate
 * and shared alike; servers that sum, update and publish. The servers are one, with all their links and processors, for their shards
 * are equally large. How long a worker computes differs from step to step, drawn by a seed. Of more workers than {@value #MOST_WORKERS} each
 * that is played stands for several, and is as slow as the slowest of them; servers have that part of their links and processors for it.
 *
 * <p>A version of the parameters has the number of the step that is computed with it where gradients are not late.
 */
final class StepSimulation {
    private static final int MOST_WORKERS = 32;
    private static final int WARM_UP = 2;
    private static final int STEPS = 12;

    /** Payload of an Ethernet frame's bytes: 1,448 of 1,514. */
    private static final double LINK_PAYLOAD = 0.956;

    final StepCosts costs;
    final double jitter;
    final Fluid fluid = new Fluid();
    /** Bytes to and from all servers. */
    final Fluid.Resource serverIn;

    final Fluid.Resource serverOut;
    final Fluid.Resource serverProcessors;
    /** Null where each has its own. */
    final Fluid.Resource sharedProcessors;

    private final double link;
    /** Of an update, what falls to the servers' processors as they are played. */
    private final double updating;
    /** Bytes of sums that go to copies, in the same measure. */
    private final double backup;

    private final Fluid.Resource clock = new Fluid.Resource(Double.POSITIVE_INFINITY, 1);
    private final List<SimulatedWorker> workers = new ArrayList<>();
    /** By step, the workers whose gradients are with the servers. */
    private final int[] gathered = new int[WARM_UP + STEPS];

    /** When a step's update was published. */
    private final double[] updated = new double[WARM_UP + STEPS];

    private int published;

    private StepSimulation(ScaledCluster cluster, StepCosts costs, double jitter) {
        this.costs = costs;
        this.jitter = jitter;
        link = cluster.linkBytes() * LINK_PAYLOAD;
        int played = Math.min(MOST_WORKERS, cluster.workers());
        double part = (double) played / cluster.workers();
        double all = cluster.servers() * link * part;
        serverIn = new Fluid.Resource(all, all);
        serverOut = new Fluid.Resource(all, all);
        sharedProcessors = cluster.sharedProcessors() == 0
                ? null
                : new Fluid.Resource(part * cluster.sharedProcessors() / cluster.threads(), 1);
        serverProcessors = sharedProcessors != null
                ? sharedProcessors
                : new Fluid.Resource(cluster.servers() * part, cluster.servers() * part);
        updating = costs.update() * part;
        backup = costs.backup() * part;
        for (int i = 0; i < played; i++) {
            workers.add(new SimulatedWorker(this, i, 1 / part));
        }
    }

    /**
     * Seconds of a step; of one of a round's, on the average.
     *
     * @param jitter standard deviation of the time that a worker computes, as a share of it
     */
    static double seconds(ScaledCluster cluster, StepCosts costs, double jitter) {
        StepSimulation simulation = new StepSimulation(cluster, costs, jitter);
        simulation.workers.forEach(SimulatedWorker::tell);
        simulation.fluid.run();
        double[] updated = simulation.updated;
        return (updated[updated.length - 1] - updated[WARM_UP - 1]) / STEPS / costs.round();
    }

    /** One direction of a machine's link. */
    Fluid.Resource link() {
        return new Fluid.Resource(link, link);
    }

    int steps() {
        return gathered.length;
    }

    /** The newest version that there is. */
    int published() {
        return published;
    }

    /** A worker's gradient of a step is with the servers: with the last one the driver decides, and servers update. */
    void gathered(int step) {
        gathered[step]++;
        if (gathered[step] == workers.size()) {
            fluid.start(backup, () -> decide(step), serverOut, serverIn);
        }
    }

    /** Copies of the shards have the sums, too. */
    private void decide(int step) {
        fluid.start(StepTime.FIXED_SECONDS, () -> fluid.start(updating, () -> publish(step), serverProcessors), clock);
    }

    private void publish(int step) {
        updated[step] = fluid.now();
        published = step + 1;
        workers.forEach(SimulatedWorker::tell);
    }
}
