package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.weft.coordinator.RunDiverged;
import org.weft.core.DaemonThreads;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.trainer.search.Rungs;
import org.weft.trainer.search.SearchJson;
import org.weft.trainer.search.SearchResult;
import org.weft.trainer.search.Trial;
import org.weft.trainer.search.TrialResult;
import org.weft.trainer.search.TrialResult.Judged;

/**
 * Trains the trials of a search, each in a run.dir of its own under the search's, rung by rung. What was found at a rung stays in the
 * trial's {@code result.json}, and a trial that was stopped goes on from its newest checkpoint: so a search that ended early is started
 * again by the same command. Which trials run side by side changes nothing of what they come to.
 */
final class SettingsSearch {
    private static final String RESULT = "result.json";

    private final TrialRuns runs;
    private final Map<Trial, WeftConfig> configs;
    private final Store store;
    private final Progress progress;
    private final SearchStops stops;
    private final int parallel;

    /**
     * @param configs of all trials
     * @param parallel how many of them run side by side
     */
    SettingsSearch(
            TrialRuns runs,
            Map<Trial, WeftConfig> configs,
            Store store,
            Progress progress,
            SearchStops stops,
            int parallel) {
        this.runs = runs;
        this.configs = configs;
        this.store = store;
        this.progress = progress;
        this.stops = stops;
        this.parallel = parallel;
    }

    /**
     * Trains what is not finished.
     *
     * @param planned whose trials know nothing yet
     * @return null where it was asked to end
     */
    SearchResult run(SearchResult planned) throws IOException {
        Map<Trial, TrialResult> known = new LinkedHashMap<>();
        for (Trial trial : configs.keySet()) {
            known.put(trial, saved(trial));
        }
        List<Trial> left = List.copyOf(known.keySet());
        Map<Trial, TrialResult> reached = new LinkedHashMap<>();
        SearchResult result = planned;
        List<Rungs.Rung> rungs = planned.rungs().rungs();
        for (int i = 0; i < rungs.size(); i++) {
            Rungs.Rung rung = rungs.get(i);
            left = i == 0 ? left : result.best(rungs.get(i - 1).steps(), rung.trials());
            climb(rung, left, known);
            if (stops.requested()) {
                return null;
            }
            List<Rungs.Rung> so = rungs.subList(0, i + 1);
            left.forEach(trial -> reached.put(trial, known.get(trial).upTo(so)));
            result = planned.with(List.copyOf(reached.values()));
        }
        return result;
    }

    private void climb(Rungs.Rung rung, List<Trial> trials, Map<Trial, TrialResult> known) throws IOException {
        List<Trial> open = trials.stream()
                .filter(trial -> !known.get(trial).isDone(rung.steps()))
                .toList();
        if (open.size() < trials.size()) {
            progress.say((trials.size() - open.size()) + " of " + trials.size() + " trials are done" + to(rung)
                    + " already");
        }
        if (parallel > 1 && open.size() > 1) {
            sideBySide(rung, open, known);
            return;
        }
        for (int i = 0; i < open.size() && !stops.requested(); i++) {
            Trial trial = open.get(i);
            progress.say("trial " + (i + 1) + " of " + open.size() + to(rung) + ": " + trial);
            known.put(trial, train(known.get(trial), rung, progress));
        }
    }

    private static String to(Rungs.Rung rung) {
        return rung.whole() ? "" : " to step " + rung.steps();
    }

    /** One that fails ends the others, each with a checkpoint. */
    private void sideBySide(Rungs.Rung rung, List<Trial> open, Map<Trial, TrialResult> known) throws IOException {
        ExecutorService threads =
                Executors.newFixedThreadPool(Math.min(parallel, open.size()), DaemonThreads.named("weft-trial"));
        try {
            List<Future<TrialResult>> results = new ArrayList<>();
            for (Trial trial : open) {
                TrialResult before = known.get(trial);
                Progress said = LabelledLines.of(progress, trial.name());
                results.add(threads.submit(() -> {
                    if (stops.requested()) {
                        return before;
                    }
                    said.say(trial + to(rung));
                    try {
                        return train(before, rung, said);
                    } catch (IOException | RuntimeException e) {
                        stops.request();
                        throw e;
                    }
                }));
            }
            Throwable failure = null;
            for (int i = 0; i < open.size(); i++) {
                try {
                    known.put(open.get(i), results.get(i).get());
                } catch (ExecutionException e) {
                    failure = failure == null ? e.getCause() : failure;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw WeftException.failed("interrupted while trials were trained", "the same command goes on");
                }
            }
            rethrow(failure);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void rethrow(Throwable failure) throws IOException {
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    /** What is known afterwards: as much as before where it was asked to end. */
    private TrialResult train(TrialResult before, Rungs.Rung rung, Progress said) throws IOException {
        WeftConfig config = configs.get(before.trial());
        TrialResult after;
        try {
            RunResult run = runs.train(config, said, stops.endingAt(rung.steps()));
            if (run.stopped()) {
                return before;
            }
            after = before.with(judged(config, rung, Math.min(rung.steps(), run.step())));
        } catch (RunDiverged diverged) {
            said.say("diverged: " + diverged.getMessage());
            after = before.divergedAfter(diverged.step());
        }
        store.write(path(config), SearchJson.trial(after, runs.fingerprint(config)));
        return after;
    }

    private Judged judged(WeftConfig config, Rungs.Rung rung, int end) throws IOException {
        List<EvaluationRecord> evaluations =
                MetricsLog.evaluations(store, config.run().directory(), end);
        int step = end;
        if (runs.takesBest()) {
            BestStep best = new BestStep(config.finetune().metric(), 0);
            best.take(evaluations);
            step = best.step();
        }
        Map<String, Double> scores = new LinkedHashMap<>();
        for (EvaluationRecord evaluation : evaluations) { // Of two of one step the later one stands.
            if (evaluation.step() == step) {
                scores.putAll(evaluation.scores());
            }
        }
        if (scores.isEmpty()) {
            throw WeftException.invalidData(
                    config.run().dir() + " has no evaluation of step " + end
                            + ": there is nothing to judge the trial by",
                    "a search with other rungs (--eta, --min-steps) wants another run.dir; else give validation more text or"
                            + " rows");
        }
        return new Judged(rung.steps(), step, scores);
    }

    /** What an earlier start left. */
    private TrialResult saved(Trial trial) throws IOException {
        WeftConfig config = configs.get(trial);
        String path = path(config);
        if (!store.exists(path)) {
            return TrialResult.of(trial);
        }
        var tree = Json.MAPPER.readTree(store.readAll(path));
        if (!tree.path("fingerprint").asText().equals(runs.fingerprint(config))) {
            throw WeftException.usage(
                    path + " is of other data, another seed, or other settings than --over's",
                    "give the sweep another run.dir, or remove " + config.run().dir());
        }
        return SearchJson.trial(trial, tree);
    }

    private static String path(WeftConfig config) {
        return config.run().dir() + "/" + RESULT;
    }
}
