package org.weft.trainer.commands;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.trainer.search.Objective;
import org.weft.trainer.search.Rungs;
import org.weft.trainer.search.SearchResult;
import org.weft.trainer.search.SearchSpace;
import org.weft.trainer.search.Trial;
import org.weft.trainer.search.TrialResult;

/**
 * A search before its first trial: everything that can be refused was.
 *
 * @param config of the search
 * @param configs of its trials, in the order in which they were chosen
 * @param planned what will be found, of which nothing is known yet
 */
record SearchPlan(WeftConfig config, Map<Trial, WeftConfig> configs, SearchResult planned) {

    /**
     * @param space what may be tried
     * @throws WeftException with the first trial that could not be run, and why
     */
    static SearchPlan of(SearchOptions options, SearchSpace space, TrialRuns runs) {
        WeftConfig config = runs.config(List.of());
        Objective objective = objective(options.metric(), runs.scores(config));
        if (config.privacy().active()) {
            throw WeftException.usage(
                    "privacy does not go with sweep: models of several settings would be trained under one secret, and"
                            + " choosing among them tells of the data, too",
                    "train each by pretrain or finetune, under a secret of its own");
        }
        if (config.training().evalEvery() == 0) {
            throw WeftException.usage(
                    "training.eval_every=0: trials are judged by their evaluations", "set training.eval_every");
        }
        List<Trial> trials = options.trials(space, config);
        Rungs rungs = options.rungs(space, trials.size(), config);
        Map<Trial, WeftConfig> configs = new LinkedHashMap<>();
        for (Trial trial : trials) {
            configs.put(trial, configOf(trial, config, runs, rungs));
        }
        SearchResult planned = new SearchResult(
                space,
                options.kind().toString(),
                options.seed(config),
                rungs,
                objective,
                trials.stream().map(TrialResult::of).toList());
        return new SearchPlan(config, configs, planned);
    }

    private static Objective objective(String metric, List<String> scores) {
        if (metric == null) {
            return new Objective(scores.get(0));
        }
        Objective objective = Objective.parse(metric);
        if (objective == null || !scores.contains(objective.score())) {
            throw WeftException.usage(
                    "--metric " + metric + " is nothing that an evaluation of these trials finds out",
                    "give one of "
                            + String.join(
                                    ", ",
                                    scores.stream().map(score -> "val_" + score).toList())
                            + "; generated texts are judged where finetune.metric is one of theirs");
        }
        return objective;
    }

    private static WeftConfig configOf(Trial trial, WeftConfig search, TrialRuns runs, Rungs rungs) {
        List<String> settings = new ArrayList<>(trial.overrides());
        if (runs.sharesCorpus()) {
            settings.add(
                    "run.corpus=" + ConfigLoader.quoted(search.run().directory().corpus()));
        }
        settings.add("run.dir="
                + ConfigLoader.quoted(
                        search.run().directory().sweep(trial.name()).path()));
        settings.add("run.name=" + ConfigLoader.quoted(search.run().name() + "-" + trial.name()));
        WeftConfig config;
        try {
            config = runs.config(settings);
        } catch (WeftException e) {
            throw new WeftException(e.status(), "a trial cannot be run: " + trial + ": " + e.getMessage(), e.hint(), e);
        }
        if (rungs.rungs().size() > 1 && config.sync().local()) {
            throw WeftException.usage(
                    "--search halving does not go with sync.mode=local: a trial would be judged in the middle of a round",
                    "take --search random, or leave sync.mode as it is");
        }
        return config;
    }

    /** The configuration whose model has the most parameters: what fits it fits all. */
    WeftConfig largest(TrialRuns runs) {
        WeftConfig largest = config;
        long most = 0;
        for (WeftConfig trial : configs.values()) {
            long parameters = new ModelShape(trial.model(), runs.vocabSize(trial))
                    .layout()
                    .size();
            if (parameters > most) {
                most = parameters;
                largest = trial;
            }
        }
        return largest;
    }
}
