package org.weft.tuning.suite;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.tuning.task.Fields;

/**
 * Chooses the examples of one question after another. What is drawn depends on the questions before, so that a task's
 * questions are asked for in their order. Owned by one thread.
 */
final class ShotSampler {
    /** {@code fewshot_random_seed} of the harness. */
    private static final int SEED = 1234;

    private final SuiteTask task;
    private final List<Fields> pool;
    private final PythonRandom random = new PythonRandom(SEED);

    /** @throws WeftException where the pool is too small */
    ShotSampler(SuiteTask task, List<Fields> pool) {
        this.task = task;
        this.pool = pool;
        boolean drawsOneMore = task.shots().withoutJudged() && task.shots().sampler() == SuiteTask.Sampler.DEFAULT;
        if (task.shots().count() > 0 && pool.size() < task.shots().count() + (drawsOneMore ? 1 : 0)) {
            throw tooFew(pool.size());
        }
    }

    /** The examples for a question, in the order in which they stand before it. */
    List<Fields> next(Fields judged) {
        SuiteTask.Shots shots = task.shots();
        if (shots.count() == 0) {
            return List.of();
        }
        List<Fields> others = shots.sampler() == SuiteTask.Sampler.FIRST_N
                ? without(judged, pool)
                : without(judged, drawn(pool, shots.count() + (shots.withoutJudged() ? 1 : 0)));
        if (others.size() < shots.count() && shots.sampler() == SuiteTask.Sampler.DEFAULT) {
            List<Fields> rest = without(judged, pool);
            if (rest.size() >= shots.count()) { // More than one copy of the judged document was drawn.
                others = drawn(rest, shots.count());
            }
        }
        if (others.size() < shots.count()) {
            throw tooFew(others.size());
        }
        return others.subList(0, shots.count());
    }

    private List<Fields> drawn(List<Fields> from, int count) {
        return random.sample(from.size(), count).stream().map(from::get).toList();
    }

    private List<Fields> without(Fields judged, List<Fields> from) {
        return task.shots().withoutJudged()
                ? from.stream()
                        .filter(one -> !one.values().equals(judged.values()))
                        .toList()
                : from;
    }

    private WeftException tooFew(int there) {
        return WeftException.invalidData(
                "task " + task.name() + ": num_fewshot=" + task.shots().count() + " of " + there
                        + " documents to take examples from",
                "lower num_fewshot, or name a larger fewshot_split"
                        + (task.shots().withoutJudged() ? "; a document is never its own example" : ""));
    }
}
