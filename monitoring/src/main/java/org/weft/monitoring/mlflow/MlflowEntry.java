package org.weft.monitoring.mlflow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.RunEvent;
import org.weft.core.WeftVersion;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.mlflow.MlflowRun.Metric;
import org.weft.monitoring.report.ReportPage;

/**
 * How a run of Weft's stands in MLflow: one MLflow run for all its processes, with the configuration as parameters, and the
 * report beside it once it ends.
 *
 * @param application Spark's id of it
 */
record MlflowEntry(Store store, RunDirectory directory, String experiment, String application) {
    private static final Logger LOG = LoggerFactory.getLogger(MlflowEntry.class);
    private static final Pattern WITHOUT_INFLUENCE = Pattern.compile("(run|cluster|servers|checkpoint|monitoring)\\.");

    /** The MLflow run that this run had before, else a new one. */
    MlflowRun find(MlflowServer server, RunDescription description) throws IOException {
        RunLink link = RunLink.load(store, directory);
        MlflowRun run = null;
        if (link != null && link.trackingUri().equals(server.uri())) {
            run = MlflowRun.of(server, link.runId());
            if (run == null) {
                LOG.warn("MLflow has run {} no more: it gets a new one", link.runId());
            }
        }
        if (run != null
                && !description.resumed()
                && !run.changed(description.settings()).isEmpty()) {
            run = null; // Begun anew as something else.
        }
        if (run == null) {
            run = MlflowRun.begin(server, experiment, description.name(), description.timeMillis());
            LOG.info("MLflow at {} shows the run as {}", server.uri(), run.id());
        } else {
            run.goOn();
        }
        return run;
    }

    /**
     * Makes a run that was found complete up to where this process begins. Where it fails, it may be done again.
     *
     * @return the last step that the server has; all up to it have the numbers that they are to have
     */
    int open(MlflowServer server, MlflowRun run, RunDescription description) throws IOException {
        RunLink link = new RunLink(server.uri(), run.id());
        if (!link.equals(RunLink.load(store, directory))) {
            link.save(store, directory);
        }
        Map<String, String> changed = run.changed(description.settings());
        run.addParameters(description.settings());
        run.setTags(tags(description, changed));
        catchUp(run, description.startStep());
        if (changed.keySet().stream().anyMatch(MlflowEntry::decidesNumbers)) {
            run.tellAnewAfter(description.startStep());
        }
        return run.lastStep();
    }

    /** Where a run executes, how often it is saved and who looks on leaves its numbers as they are. */
    private static boolean decidesNumbers(String key) {
        return !WITHOUT_INFLUENCE.matcher(key).lookingAt() || key.equals("run.seed");
    }

    private Map<String, String> tags(RunDescription description, Map<String, String> changed) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("mlflow.source.name", "weft " + WeftVersion.CURRENT);
        tags.put("mlflow.source.type", "JOB");
        tags.put("weft.subject", description.subject());
        tags.put("weft.parameters", Long.toString(description.parameters()));
        tags.put("weft.run_dir", description.directory());
        tags.put("weft.application", application);
        changed.forEach((key, value) ->
                tags.put("weft.from_step_" + description.startStep() + "." + key, value.isEmpty() ? "\"\"" : value));
        return tags;
    }

    /** Sends what the server missed, from the last step that it has on, up to another. */
    void catchUp(MlflowRun run, int step) throws IOException {
        int known = run.lastStep();
        if (known >= step) {
            return;
        }
        List<Metric> batch = new ArrayList<>();
        MetricsLog.each(store, directory, record -> {
            if (isMissing(record, known, step)) {
                List<Metric> metrics = Metric.of(record);
                if (batch.size() + metrics.size() > MlflowRun.MOST_METRICS) {
                    run.log(batch);
                    batch.clear();
                }
                batch.addAll(metrics);
            }
        });
        if (!batch.isEmpty()) {
            run.log(batch);
        }
    }

    /** Of what came after the last step's line the server may have some: it takes the same number twice as one. */
    private static boolean isMissing(RunRecord record, int known, int step) {
        int first = record instanceof StepRecord ? known + 1 : known;
        return record.step() >= first && record.step() <= step;
    }

    /** What is known at the end. */
    void end(MlflowRun run, RunOutcome outcome) throws IOException {
        Map<String, String> tags = new LinkedHashMap<>();
        CheckpointManifest newest = new CheckpointResolver(store, LOG::info).newestManifest(directory);
        if (newest != null) {
            tags.put("weft.checkpoint_step", Integer.toString(newest.step()));
            tags.put("weft.params_sha256", newest.paramsSha256());
        }
        tags.put("weft.outcome", outcome.text());
        run.setTags(tags);
        run.end(status(outcome.event()), System.currentTimeMillis());
    }

    /** Lays down beside it what people look at later. */
    void putFiles(MlflowRun run) throws IOException {
        if (run.takesArtifacts()) {
            String config = new String(store.readAll(directory.config()), StandardCharsets.UTF_8);
            run.putArtifact(
                    "config.yaml", RunDescription.withoutCredentials(config).getBytes(StandardCharsets.UTF_8));
            run.putArtifact("report.html", ReportPage.of(store, directory).getBytes(StandardCharsets.UTF_8));
        } else {
            LOG.info(
                    "MLflow keeps artifacts at {}, where clients write themselves: report and config.yaml stay in {}",
                    RunDescription.withoutCredentials(run.artifacts()),
                    directory.path());
        }
    }

    private static String status(RunEvent event) {
        return switch (event) {
            case ENDED -> "FINISHED";
            case STOPPED -> "KILLED";
            default -> "FAILED";
        };
    }
}
