package org.weft.dl4j;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.config.CheckpointConfig;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;

/**
 * How fits are run, whatever the network.
 *
 * @param runDir on any Hadoop file system
 * @param globalBatch examples of a step
 * @param epochs of one fit
 * @param checkpointEvery steps between checkpoints
 * @param clipNorm largest norm of the whole gradient; 0 for no clipping
 * @param quiet whether nothing is said of progress
 * @param settings further keys of Weft's configuration, {@code key=value}
 */
record TrainingOptions(
        String runDir,
        int workers,
        int servers,
        int lanes,
        int microBatch,
        int globalBatch,
        int epochs,
        long seed,
        boolean shuffle,
        boolean resume,
        int checkpointEvery,
        int checkpointKeep,
        double clipNorm,
        boolean quiet,
        List<String> settings)
        implements Serializable {

    /**
     * Weft's configuration of one fit.
     *
     * @param directory of the fit
     * @param lastStep the version of the parameters that it ends with
     * @param training keys of the {@code training} section that the network gives
     */
    WeftConfig config(String directory, int lastStep, Map<String, Object> training) {
        ObjectNode tree = Json.MAPPER.createObjectNode();
        tree.putObject("run").put("name", "dl4j").put("dir", directory).put("seed", seed);
        tree.putObject("cluster")
                .put("workers", workers)
                .put("servers", servers)
                .put("device", "cpu");
        tree.putObject("model").put("context", 1); // What Weft counts as tokens are examples here.
        ObjectNode section = tree.putObject("training");
        training.forEach((key, value) -> section.set(key, Json.MAPPER.valueToTree(value)));
        section.put("steps", lastStep)
                .put("global_batch", globalBatch)
                .put("micro_batch", microBatch)
                .put("lanes", lanes)
                .put("clip_norm", clipNorm)
                .put("eval_every", 0);
        tree.putObject("checkpoint").put("every", checkpointEvery).put("keep", checkpointKeep);
        return ConfigLoader.load("ParameterServerTrainingMaster", tree.toString(), settings);
    }

    /** How files appear, and how long they stay: what of it the settings name. */
    CheckpointConfig checkpoint() {
        return config(runDir, 0, Map.of()).checkpoint();
    }

    Progress progress() {
        return quiet
                ? new Progress(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8), false, System::nanoTime)
                : Progress.onStderr();
    }

    String toJson() {
        return Json.MAPPER.valueToTree(this).toPrettyString();
    }
}
