package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Amount;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.Store;
import org.weft.driver.lease.RunLease;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.Slots;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.TeacherModel;
import org.weft.trainer.search.Rungs;
import org.weft.trainer.search.SearchJson;
import org.weft.trainer.search.SearchPage;
import org.weft.trainer.search.SearchResult;
import org.weft.trainer.search.SearchTable;
import org.weft.trainer.search.TrialResult;

/** A search of settings from what was asked for to its table, its page and its best trial. For one thread. */
final class SearchRun {
    private static final String RESULTS = "sweep.json";
    private static final String PAGE = "sweep.html";

    private final ConfigOptions options;
    private final SearchOptions asked;
    private final Progress progress;

    SearchRun(ConfigOptions options, SearchOptions asked, Progress progress) {
        this.options = options;
        this.asked = asked;
        this.progress = progress;
    }

    /** @param sizes options of the command that a search does not honour */
    ExitStatus run(List<String> sizes) throws Exception {
        var space = asked.space(sizes);
        String task = options.peek("finetune", "task");
        try (FileAccess files = options.openFiles()) {
            TrialRuns runs = task.isBlank() || task.equals("none")
                    ? new PretrainTrials(options, progress)
                    : FinetuneTrials.open(options, files.store(), progress);
            SearchPlan plan = SearchPlan.of(asked, space, runs);
            WeftConfig config = plan.config();
            ModelShape teacher = TeacherModel.shapeOf(files.store(), config).orElse(null);
            try (SparkApplication application =
                    SparkApplication.start(plan.largest(runs), "sweep", files.settings(), teacher)) {
                runs.begin(application, config, List.copyOf(plan.configs().values()));
                SearchResult found = search(application, plan, runs, teacher);
                if (found == null) {
                    progress.say("stopped; the same command goes on from here");
                    return ExitStatus.TERMINATED;
                }
                report(application.store(), config, runs, found);
                return ExitStatus.DONE;
            }
        }
    }

    /** Trials read the search's corpus: while they do, no prepare may replace it. */
    private SearchResult search(SparkApplication application, SearchPlan plan, TrialRuns runs, ModelShape teacher)
            throws IOException {
        try (RunLease lease = TrainingRun.lease(application, plan.config().run(), progress);
                SearchStops stops = new SearchStops(StopSource.SIGNALS, progress)) {
            int parallel = parallel(application, plan, runs, teacher);
            Rungs rungs = plan.planned().rungs();
            progress.say(plan.planned().kind() + " search: " + rungs.described()
                    + (parallel == 1 ? "" : ", " + parallel + " side by side"));
            int first = rungs.rungs().get(0).steps();
            if (plan.config().training().warmupSteps() >= first) {
                progress.say("the first rung is at step " + first + ", within training.warmup_steps="
                        + plan.config().training().warmupSteps() + ": no trial has had its full learning rate by then");
            }
            return new SettingsSearch(runs, plan.configs(), application.store(), progress, stops, parallel)
                    .run(plan.planned());
        }
    }

    private int parallel(SparkApplication application, SearchPlan plan, TrialRuns runs, ModelShape teacher) {
        WeftConfig largest = plan.largest(runs);
        ModelShape shape = new ModelShape(largest.model(), runs.vocabSize(largest));
        MemoryModel memory = new MemoryModel(shape, largest, teacher);
        Integer wanted = asked.parallel();
        if (wanted != null && wanted == 1) {
            return 1;
        }
        var context = application.context();
        Slots slots = Slots.require(context, largest, memory);
        int room = slots.runsAtOnce(context.getConf(), context.isLocal(), largest, memory);
        if (wanted != null && wanted > room) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    "--parallel " + wanted + ": there is room for " + Amount.of(room, "trial") + " of "
                            + Amount.of(largest.cluster().workerTasks(), "worker") + " and "
                            + Amount.of(largest.serverTasks(), "server") + " side by side, by the "
                            + Amount.of(slots.slots(), "slot") + ", the GPUs and the memory of "
                            + Amount.of(slots.executors(), "executor"),
                    "have fewer workers or servers, give the application more, or leave --parallel out");
        }
        return Math.min(wanted == null ? room : wanted, plan.configs().size());
    }

    private void report(Store store, WeftConfig config, TrialRuns runs, SearchResult found) throws IOException {
        String dir = config.run().dir();
        TrialResult best = found.best();
        String command = best == null ? null : command(config, runs, best);
        store.write(dir + "/" + RESULTS, SearchJson.search(found, command));
        byte[] page = new SearchPage(config.run().name(), runs.facts(), found, command)
                .render()
                .getBytes(StandardCharsets.UTF_8);
        store.write(dir + "/" + PAGE, page);
        new SearchTable(found).render().lines().forEach(progress::say);
        progress.say("page: " + dir + "/" + PAGE);
        if (best == null) {
            throw WeftException.failed(
                    "no trial came to a " + found.objective().name() + " that is a number",
                    "lower training.learning_rate, or lengthen training.warmup_steps");
        }
        progress.say("the best: " + command);
        var settings = Json.MAPPER.createObjectNode();
        best.trial().settings().forEach(settings::put);
        new Summary("sweep")
                .put("results", dir + "/" + RESULTS)
                .put("page", dir + "/" + PAGE)
                .put("trials", found.trials().size())
                .put(
                        "diverged",
                        found.trials().stream().filter(TrialResult::diverged).count())
                .put("metric", found.objective().name())
                .number("value", best.value(found.objective()))
                .put("settings", settings)
                .put(
                        "trial",
                        config.run().directory().sweep(best.trial().name()).path())
                .put("best", command)
                .print();
    }

    private String command(WeftConfig config, TrialRuns runs, TrialResult best) {
        List<String> settings = new ArrayList<>(best.trial().overrides());
        settings.add("run.dir=" + config.run().directory().file("best"));
        if (runs.sharesCorpus()) {
            settings.add("run.corpus=" + config.run().directory().corpus());
        }
        return "weft " + runs.command() + " " + options.commandLine(settings);
    }
}
