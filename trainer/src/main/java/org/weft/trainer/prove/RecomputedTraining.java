package org.weft.trainer.prove;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.trainer.pretrain.Pretraining;

/**
 * Trains from one checkpoint of a run to another once more, elsewhere, and compares the parameters.
 *
 * @param from a step that has a checkpoint, or 0 for fresh parameters
 * @param to a step that has a checkpoint
 */
public record RecomputedTraining(RunDirectory run, int from, int to, CheckpointManifest target) {

    /**
     * Looks what there is to recompute.
     *
     * @param from null for the checkpoint before {@code to}
     * @param to null for the newest
     * @throws WeftException where there is no such checkpoint, or the run is none of pretrain's
     */
    public static RecomputedTraining of(Store store, RunDirectory run, Integer from, Integer to) throws IOException {
        CheckpointResolver resolver = new CheckpointResolver(store, notice -> {});
        List<Integer> steps = resolver.committedSteps(run);
        if (steps.isEmpty()) {
            throw WeftException.invalidData(run.checkpoints() + " has no checkpoint", "give a run that was trained");
        }
        int last = to == null ? steps.get(steps.size() - 1) : to;
        int first = from != null
                ? from
                : steps.stream()
                        .filter(step -> step < last)
                        .mapToInt(step -> step)
                        .max()
                        .orElse(0);
        if (first >= last) {
            throw WeftException.usage("--from " + first + " is not before --to " + last, "checkpoints are at " + steps);
        }
        CheckpointManifest target = resolver.step(run, last).manifest();
        if (target.sources().stream().noneMatch(source -> source.kind().equals(Source.CORPUS))) {
            throw WeftException.usage(
                    "--recompute training: " + run.path() + " is no run of pretrain",
                    "run finetune again in another run.dir, and compare params_sha256");
        }
        return new RecomputedTraining(run, first, last, target);
    }

    /**
     * The configuration that the application must have.
     *
     * @param recorded that of the checkpoint, under the command's overrides
     */
    public WeftConfig config(WeftConfig recorded, String scratch) {
        ObjectNode tree = (ObjectNode) ConfigLoader.toTree(recorded);
        tree.remove("monitoring"); // No window shows a run that is none.
        ((ObjectNode) tree.path("run")).put("dir", scratch + "/run").put("corpus", run.corpus());
        int stride = recorded.sync().stride();
        int every = (to + stride - 1) / stride * stride; // The last step is saved, whether or not a round ends there.
        ((ObjectNode) tree.path("checkpoint")).put("every", every).put("keep", Integer.MAX_VALUE);
        return ConfigLoader.recorded("the checkpoint of step " + to, tree);
    }

    List<Claim> claims(SparkApplication application, Scratch scratch, WeftConfig config, Progress progress)
            throws IOException {
        RunDirectory again = config.run().directory();
        if (from > 0) {
            copy(application, scratch, again);
        }
        String imported = run.imported().path();
        boolean started = from == 0 && scratch.store().exists(run.imported().checkpoints());
        StopAtStep stop = new StopAtStep(scratch.store(), again.step(to));
        new Pretraining(application, config, progress, stop)
                .run(from > 0 ? Integer.toString(from) : null, started ? imported : null);
        if (!scratch.store().exists(again.step(to) + "/" + CheckpointManifest.FILE)) {
            throw WeftException.failed(
                    "the recomputation was asked to end before step " + to,
                    "start it again, maybe --to an earlier step");
        }
        CheckpointManifest made = CheckpointManifest.load(scratch.store(), again.step(to));
        return List.of(Claim.known(
                CheckpointClaims.PARAMETERS + " trained again from step " + from,
                run.step(to),
                target.paramsSha256(),
                made.paramsSha256()));
    }

    private void copy(SparkApplication application, Scratch scratch, RunDirectory again) throws IOException {
        CheckpointManifest start = new CheckpointResolver(scratch.store(), notice -> {})
                .step(run, from)
                .manifest();
        List<String> names = new ArrayList<>(
                start.shards().stream().map(CheckpointManifest.Shard::file).toList());
        scratch.copy(application.context(), run.step(from), again.step(from), names);
        scratch.copy(application.context(), run.step(from), again.step(from), List.of(CheckpointManifest.FILE));
    }
}
