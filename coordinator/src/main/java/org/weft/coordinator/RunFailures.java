package org.weft.coordinator;

import org.weft.core.WeftException;

/** What ends a run before its last step, in words that a person can act on. */
final class RunFailures {
    private RunFailures() {}

    /**
     * @param what is not finite, with its value
     * @param skipped steps before that were skipped for the same reason
     * @param checkpoint the last committed one, or empty
     */
    static WeftException notFinite(int step, String what, int skipped, String checkpoint) {
        String from = checkpoint.isEmpty() ? "no checkpoint was written yet" : "the last checkpoint is " + checkpoint;
        return new RunDiverged(
                step,
                "step " + step + ": " + what + "; stopped before the update"
                        + (skipped == 0 ? "" : ", after " + skipped + " skipped steps in a row"),
                "lower training.learning_rate or lengthen training.warmup_steps; " + from);
    }

    /** A mean over nothing is no number that anything could be judged by. */
    static WeftException nothingEvaluated(int step) {
        return WeftException.invalidData(
                "the evaluation of step " + step + " had nothing to predict: no batch of validation has a target",
                "give validation more text or rows, or set training.eval_every=0");
    }

    static WeftException lastCheckpoint(int step, String cause) {
        return WeftException.failed(
                "the last checkpoint (step " + step + ") could not be written: " + cause,
                "mend the storage of run.dir and run again with --resume");
    }

    /** Why all load the last checkpoint. */
    static String sumsDiffer(int step, Member server) {
        return "the sums of step " + step + " differ between " + server
                + " and the other copy of its shard: one of them has damaged memory";
    }

    static WeftException sumsKeepDiffering(int step, Member server, int times) {
        return WeftException.failed(
                sumsDiffer(step, server) + ", " + times + " times in a row though both loaded the last checkpoint anew",
                "test the memory of the machines of both copies, or leave them out; then go on with --resume");
    }

    static WeftException otherLayout(String member, String actual, String expected) {
        return WeftException.usage(
                member + " has another parameter layout: " + actual + " expected=" + expected,
                "driver and executors need the same configuration and the same release of Weft");
    }
}
