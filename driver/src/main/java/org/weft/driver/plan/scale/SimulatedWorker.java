package org.weft.driver.plan.scale;

import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.weft.core.SplitMix64;

/**
 * A worker's way through its steps: it pulls a version, computes a lane after the other, pushes in slices as backward goes on, and is
 * done with a step when the servers have all of it. Where gradients are late it goes on meanwhile, and fetches the next version.
 */
final class SimulatedWorker {
    /** Pushes of a gradient: enough that what is left after backward is little. */
    private static final int SLICES = 8;

    private static final double LEAST_PACE = 0.1;
    private static final double LEAST_DRAW = 1e-6;
    private static final NormalDistribution NORMAL = new NormalDistribution();
    private static final long SEED = 0x5ca1e;

    private final StepSimulation cluster;
    private final StepCosts costs;
    private final Fluid fluid;
    private final int index;
    private final int slices;
    private final double standsFor;
    private final Fluid.Resource up;
    private final Fluid.Resource down;
    private final Fluid.Resource processor;
    /** What copies run on beside the computation. */
    private final Fluid.Resource second;

    private int step;
    private boolean computing;
    private int asked = -1;
    private int version = -1;
    /** Slices that are under way, by step modulo 2: as many steps can be open. */
    private final int[] pushing = new int[2];
    /** Waits until nothing of the step is under way; null for nothing. */
    private Runnable next;

    SimulatedWorker(StepSimulation cluster, int index, double standsFor) {
        this.cluster = cluster;
        this.costs = cluster.costs;
        this.fluid = cluster.fluid;
        this.index = index;
        this.slices = costs.round() > 1 ? 1 : SLICES;
        this.standsFor = standsFor;
        this.up = cluster.link();
        this.down = cluster.link();
        boolean shared = cluster.sharedProcessors != null;
        this.processor = shared ? cluster.sharedProcessors : new Fluid.Resource(1, 1);
        this.second = shared ? cluster.sharedProcessors : new Fluid.Resource(1, 1);
    }

    /** Something has changed: pulls what is wanted and there, computes what it has everything for. */
    void tell() {
        if (!computing && step < cluster.steps() && version >= versionOf(step)) {
            compute();
        }
        int wanted = computing ? versionOf(step + 1) : versionOf(step);
        boolean early = computing && costs.delay() == 0;
        if (!early && wanted > asked && wanted <= cluster.published()) {
            asked = wanted;
            Latch ready = new Latch(2, () -> {
                version = wanted;
                tell();
            });
            pull(costs.begins(), () -> {
                fluid.start(costs.overtaken(), ready, processor);
                pull(1 - costs.begins(), ready);
            });
        }
    }

    private void pull(double share, Runnable done) {
        Latch arrived = new Latch(3, done);
        fluid.start(costs.pull() * share, arrived, down, cluster.serverOut);
        fluid.start(costs.pullCopy() * share, arrived, second);
        fluid.start(costs.pullCopy() * share, arrived, cluster.serverProcessors);
    }

    private int versionOf(int ofStep) {
        return Math.max(0, ofStep - costs.delay());
    }

    private void compute() {
        computing = true;
        double draw = new SplittableRandom(SplitMix64.start(SEED, index, step)).nextDouble(LEAST_DRAW, 1);
        double slowest = NORMAL.inverseCumulativeProbability(Math.pow(draw, 1 / standsFor));
        double deviation = cluster.jitter / Math.sqrt(costs.round()); // Of a mean of as many steps.
        lane(0, Math.max(LEAST_PACE, 1 + deviation * slowest), costs.overtaken());
    }

    /**
     * Computes a lane. Of those that are summed here the last one alone is pushed.
     *
     * @param done seconds of it that have been computed while its parameters arrived
     */
    private void lane(int lane, double pace, double done) {
        double seconds = Math.max(0, pace * costs.round() * (costs.lane() + costs.laneStep()) - done);
        if (!costs.byLane() && lane < costs.lanes() - 1) {
            fluid.start(seconds, () -> lane(lane + 1, pace, 0), processor);
            return;
        }
        double tail = costs.round() > 1 ? 0 : seconds * costs.tail();
        fluid.start(seconds - tail, () -> slice(lane, pace, tail, 0), processor);
    }

    /** The lane's gradient becomes final piece by piece. */
    private void slice(int lane, double pace, double tail, int slice) {
        if (slice == slices) {
            lanePushed(lane, pace);
            return;
        }
        Runnable ready = () -> {
            push();
            slice(lane, pace, tail, slice + 1);
        };
        fluid.start((tail + costs.encode()) / slices, ready, processor);
    }

    private void push() {
        int ofStep = step;
        double share = 1.0 / slices / (costs.byLane() ? costs.lanes() : 1);
        pushing[ofStep % 2]++;
        Latch acknowledged = new Latch(3, () -> acknowledged(ofStep));
        fluid.start(costs.push() * share, acknowledged, up, cluster.serverIn);
        fluid.start(costs.pushCopy() * share, acknowledged, second);
        fluid.start((costs.pushCopy() + costs.decode()) * share, acknowledged, cluster.serverProcessors);
    }

    private void lanePushed(int lane, double pace) {
        if (lane < costs.lanes() - 1) {
            // The next lane is encoded in the same memory, unless there is that of a late step, too.
            whenPushed(costs.delay() == 0, () -> lane(lane + 1, pace, 0));
            return;
        }
        int ofStep = step;
        if (costs.delay() == 0) {
            whenPushed(true, () -> ended(ofStep));
        } else {
            ended(ofStep);
        }
    }

    private void whenPushed(boolean wait, Runnable then) {
        if (wait && pushing[step % 2] > 0) {
            next = then;
        } else {
            then.run();
        }
    }

    /** All lanes are computed; without delay they are with the servers, too. */
    private void ended(int ofStep) {
        computing = false;
        step = ofStep + 1;
        if (pushing[ofStep % 2] == 0) {
            cluster.gathered(ofStep);
        }
        tell();
    }

    private void acknowledged(int ofStep) {
        pushing[ofStep % 2]--;
        if (pushing[ofStep % 2] > 0) {
            return;
        }
        if (next != null) {
            Runnable then = next;
            next = null;
            then.run();
        } else if (step > ofStep) {
            cluster.gathered(ofStep);
        }
    }

    /** Runs something the last of several times that it is run. */
    private static final class Latch implements Runnable {
        private final Runnable last;
        private int left;

        Latch(int times, Runnable last) {
            this.left = times;
            this.last = last;
        }

        @Override
        public void run() {
            left--;
            if (left == 0) {
                last.run();
            }
        }
    }
}
