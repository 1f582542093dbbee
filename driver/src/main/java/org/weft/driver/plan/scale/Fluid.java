package org.weft.driver.plan.scale;

import java.util.ArrayList;
import java.util.List;

/**
 * Discrete events of things that share: each activity has an amount of work and advances at the least of what its resources
 * give it, and a resource gives all that use it the same. Events are the activities' ends. Deterministic; for one thread.
 */
final class Fluid {
    /** What is left of an activity when it counts as done, as a share of its work. */
    private static final double NOTHING = 1e-9;

    private final List<Activity> active = new ArrayList<>();
    private double now;

    /** What activities share: a link's bytes a second, a machine's processors. */
    static final class Resource {
        private final double capacity;
        private final double most;
        private int users;

        /**
         * @param capacity work a second in all
         * @param most work a second of one activity
         */
        Resource(double capacity, double most) {
            this.capacity = capacity;
            this.most = most;
        }

        private double share() {
            return Math.min(most, capacity / users);
        }
    }

    private static final class Activity {
        private final double work;
        private final Resource[] resources;
        private final Runnable done;
        private double left;
        private double rate;
        private boolean ended;

        Activity(double work, Runnable done, Resource[] resources) {
            this.work = work;
            this.left = work;
            this.done = done;
            this.resources = resources;
        }
    }

    /** Seconds since the beginning. */
    double now() {
        return now;
    }

    /**
     * Starts an activity.
     *
     * @param work in the resources' unit; at least 0
     * @param done called at its end, and may start others
     */
    void start(double work, Runnable done, Resource... resources) {
        for (Resource resource : resources) {
            resource.users++;
        }
        active.add(new Activity(work, done, resources));
    }

    /** Lets everything run to its end: until nothing is active. */
    void run() {
        while (!active.isEmpty()) {
            double least = Double.POSITIVE_INFINITY;
            for (Activity activity : active) {
                activity.rate = Double.POSITIVE_INFINITY;
                for (Resource resource : activity.resources) {
                    activity.rate = Math.min(activity.rate, resource.share());
                }
                least = Math.min(least, activity.left == 0 ? 0 : activity.left / activity.rate);
            }
            now += least;
            List<Activity> ended = new ArrayList<>();
            for (Activity activity : active) {
                activity.left -= activity.left == 0 ? 0 : least * activity.rate;
                if (activity.left <= activity.work * NOTHING) {
                    activity.ended = true;
                    ended.add(activity);
                }
            }
            active.removeIf(activity -> activity.ended);
            for (Activity activity : ended) {
                for (Resource resource : activity.resources) {
                    resource.users--;
                }
            }
            ended.forEach(activity -> activity.done.run());
        }
    }
}
