package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.storage.Store;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.StoredModel;
import org.weft.tuning.suite.SuiteJob;
import org.weft.tuning.suite.SuiteReport;
import org.weft.tuning.suite.SuiteTask;
import org.weft.tuning.suite.TaskScores;

/** The evaluation of a model by a suite of tasks: printed as a table, and written down. */
final class SuiteResults {
    private final SparkApplication application;
    private final StoredModel model;
    private final String directory;

    /** @param output where files go; null for the run's directory, or for no files where the model is of no run */
    SuiteResults(SparkApplication application, StoredModel model, String output) {
        this.application = application;
        this.model = model;
        this.directory = output != null
                ? output
                : model.checkpoint().map(checkpoint -> checkpoint.run().suite()).orElse(null);
    }

    /** Judges, prints the table and writes {@code results.json} and a file of samples for each task. */
    Summary of(List<SuiteTask> tasks) throws IOException {
        Store store = application.store();
        SuiteReport report = new SuiteReport(new SuiteJob(application.context(), store).run(model, tasks));
        System.out.print(report.table());
        ObjectNode results = report.json();
        Summary summary = new Summary("evaluate").put("checkpoint", model.directory());
        model.checkpoint()
                .ifPresent(
                        checkpoint -> summary.put("step", checkpoint.manifest().step()));
        summary.put("results", results.path("results"));
        if (!model.paramsSha256().isEmpty()) {
            summary.put("params_sha256", model.paramsSha256());
        }
        if (directory == null) {
            return summary;
        }
        for (TaskScores scores : report.scores()) {
            store.write(directory + "/samples_" + scores.task().name() + ".jsonl", SuiteReport.samples(scores));
        }
        results.put("checkpoint", model.directory()).put("params_sha256", model.paramsSha256());
        String file = directory + "/results.json";
        store.write(file, (Json.INDENTED.writeValueAsString(results) + "\n").getBytes(StandardCharsets.UTF_8));
        return summary.put("report", file);
    }
}
