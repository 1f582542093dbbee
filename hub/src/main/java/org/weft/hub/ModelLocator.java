package org.weft.hub;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.MetricsLog;

/**
 * Finds the model that a path stands for: a checkpoint directory, a run directory for its newest checkpoint that verifies,
 * or a Hugging Face directory. For one thread.
 */
public final class ModelLocator {
    private final Store store;
    private final Consumer<String> notices;

    /**
     * @param notices told of each checkpoint that was passed over, and why
     */
    public ModelLocator(Store store, Consumer<String> notices) {
        this.store = store;
        this.notices = notices;
    }

    /**
     * The model at a path.
     *
     * @throws WeftException where there is none, or none that Weft can read
     */
    public StoredModel at(String path) throws IOException {
        return HuggingFaceModel.isAt(store, path) ? ForeignModel.at(store, path) : StoredModel.of(store, newest(path));
    }

    /**
     * The checkpoint at a path, for what needs more than a model: what it was trained on, to what end.
     *
     * @throws WeftException where there is none, or a model that is no checkpoint
     */
    public Checkpoint checkpointAt(String path) throws IOException {
        if (HuggingFaceModel.isAt(store, path)) {
            throw WeftException.usage(
                    path + " is a Hugging Face directory and no checkpoint",
                    "make a run of it: weft import " + path + " --to DIR");
        }
        return newest(path);
    }

    private Checkpoint newest(String path) throws IOException {
        Checkpoint found = new CheckpointResolver(store, notices).at(path);
        if (!found.directory().equals(path)) {
            sayBest(path, found);
        }
        return found;
    }

    /** A notice is worth no command: none where the log cannot be read. */
    private List<EvaluationRecord> logged(Checkpoint newest) {
        try {
            return MetricsLog.evaluations(store, newest.run(), newest.manifest().step());
        } catch (IOException unread) {
            notices.accept(newest.run().metrics() + " cannot be read, so that no better checkpoint is looked for: "
                    + unread.getMessage());
            return List.of();
        }
    }

    /** The best of a run that was fine-tuned is what its own evaluation is of. */
    private void sayBest(String path, Checkpoint newest) throws IOException {
        FinetuneConfig tuned = ReplicaLoader.configOf(newest).finetune();
        if (!tuned.active()) {
            return;
        }
        int step = newest.manifest().step();
        BestStep best = new BestStep(tuned.metric(), 0);
        if (!newest.manifest().evaluations().containsKey(step)) { // an earlier version's, or its own was not known yet
            best.take(logged(newest));
        }
        best.take(newest.manifest());
        new CheckpointResolver(store, said -> {}).committedSteps(newest.run()).forEach(best::saved);
        int saved = best.savedStep();
        if (saved != BestStep.NONE && saved != step) {
            notices.accept(path + " stands for its newest checkpoint, of step " + step + "; the best by val_"
                    + tuned.metric() + " is that of step " + saved + ": give "
                    + newest.run().step(saved) + " for it");
        }
    }
}
