package org.weft.trainer.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.trainer.search.Rungs;
import org.weft.trainer.search.SearchSpace;
import org.weft.trainer.search.Trial;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** What a search of settings is asked for. */
public final class SearchOptions {
    private static final String OVER = "--over";
    private static final String TRIALS = "--trials";
    private static final String ETA = "--eta";
    private static final String MIN_STEPS = "--min-steps";
    private static final String SEED = "--seed";
    private static final List<String> OTHERS =
            List.of("--search", TRIALS, SEED, "--metric", ETA, MIN_STEPS, "--parallel");

    /** Which trials are trained, and how far. */
    enum Kind {
        /** Each value with each of the other keys, to the end. */
        GRID,
        /** Some by chance, to the end. */
        RANDOM,
        /** Some by chance, of which the worse end early. */
        HALVING;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = OVER,
            paramLabel = "KEY=VALUES",
            description = "Search settings instead of sizes: a key and what it may be, values divided by commas"
                    + " (training.learning_rate=1e-3,3e-3) or a range (training.learning_rate=1e-4..1e-2). May be given"
                    + " many times.")
    private List<String> over = new ArrayList<>();

    @Option(
            names = "--search",
            defaultValue = "grid",
            paramLabel = "HOW",
            description =
                    "With --over: grid (each value with each of the other keys), random, or halving (random, and at"
                            + " each rung one trial in --eta goes on). Default ${DEFAULT-VALUE}.")
    private Kind kind;

    @Option(
            names = TRIALS,
            defaultValue = "9",
            paramLabel = "N",
            description = "With --search random or halving: trials to begin with. Default ${DEFAULT-VALUE}.")
    private int trials;

    @Option(
            names = SEED,
            paramLabel = "N",
            description = "With --search random or halving: which trials are drawn. run.seed if not given; trials"
                    + " themselves have run.seed in any case.")
    private Long seed;

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            description =
                    "With --over: what trials are judged by, as metrics.jsonl names it. val_loss if not given; of a"
                            + " fine-tuning finetune.metric.")
    private String metric;

    @Option(
            names = ETA,
            defaultValue = "3",
            paramLabel = "N",
            description = "With --search halving: one trial in N goes on from a rung, for N times the steps. Default"
                    + " ${DEFAULT-VALUE}.")
    private int eta;

    @Option(
            names = MIN_STEPS,
            defaultValue = "1",
            paramLabel = "N",
            description = "With --search halving: no trial is judged before so many steps. Default ${DEFAULT-VALUE}.")
    private int minSteps;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "With --over: trials side by side in one Spark application. As many as have slots and memory if"
                            + " not given.")
    private Integer parallel;

    boolean isGiven() {
        return !over.isEmpty();
    }

    /** Refuses what means nothing without {@code --over}. */
    void refuseAlone() {
        refuse(OTHERS, " changes nothing without " + OVER, "give --over section.key=V1,V2,…, or leave it out");
    }

    /**
     * What may be tried.
     *
     * @param sizes options of the command that a search does not honour
     * @throws WeftException where options do not go together
     */
    SearchSpace space(List<String> sizes) {
        refuse(sizes, " is of a family of sizes, and " + OVER + " searches settings", "leave one of them out");
        if (kind == Kind.GRID) {
            refuse(
                    List.of(TRIALS, SEED),
                    " is not of a grid, which has all of its trials",
                    "add --search random or halving");
        }
        if (kind != Kind.HALVING) {
            refuse(List.of(ETA, MIN_STEPS), " is of --search halving", "add --search halving, or leave it out");
        }
        if (parallel != null && parallel < 1) {
            throw WeftException.usage(
                    "--parallel " + parallel + " must be 1 or more", "1 trains one trial after the other");
        }
        return SearchSpace.parse(over);
    }

    private void refuse(List<String> names, String why, String hint) {
        ParseResult given = command.commandLine().getParseResult();
        for (String name : names) {
            if (given.hasMatchedOption(name)) {
                throw WeftException.usage(name + why, hint);
            }
        }
    }

    Kind kind() {
        return kind;
    }

    /** Of what is drawn. */
    long seed(WeftConfig config) {
        return seed == null ? config.run().seed() : seed;
    }

    List<Trial> trials(SearchSpace space, WeftConfig config) {
        return kind == Kind.GRID ? space.grid() : space.random(trials, seed(config));
    }

    Rungs rungs(SearchSpace space, int chosen, WeftConfig config) {
        if (kind != Kind.HALVING) {
            return Rungs.whole(chosen);
        }
        boolean epochs = config.finetune().active()
                && (space.has("finetune.epochs") || config.finetune().epochs() > 0);
        if (space.has("training.steps") || epochs) {
            throw WeftException.usage(
                    "--search halving compares trials at equal steps of training.steps, and "
                            + (space.has("training.steps")
                                    ? "--over training.steps"
                                    : "finetune.epochs=" + config.finetune().epochs())
                            + " has them end elsewhere",
                    "set training.steps for all (and finetune.epochs=0), or take --search random");
        }
        return Rungs.halving(chosen, config.training().steps(), eta, minSteps);
    }

    /** As it was given; null where it was not. */
    String metric() {
        return metric;
    }

    /** As it was given; null where it was not. */
    Integer parallel() {
        return parallel;
    }
}
