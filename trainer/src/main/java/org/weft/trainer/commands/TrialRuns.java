package org.weft.trainer.commands;

import java.io.IOException;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.spark.SparkApplication;

/** How the trials of a search are trained. {@link #train} is for many threads, all else for one. */
interface TrialRuns {
    /** The command that trains one of them. */
    String command();

    /**
     * The user's configuration under some overrides.
     *
     * @throws WeftException where it is none that can be run
     */
    WeftConfig config(List<String> overrides);

    /** Tokens that a model of a configuration knows, as far as that is known. */
    int vocabSize(WeftConfig config);

    /** What an evaluation of a trial finds out, without {@code val_}, the one that counts by default first. */
    List<String> scores(WeftConfig config);

    /** Whether the best evaluation of a trial is the one that counts, and not the last. */
    boolean takesBest();

    /**
     * Makes what all trials learn from, where it is not there.
     *
     * @param config of the search
     * @param trials of which each is looked at before any is trained
     */
    void begin(SparkApplication application, WeftConfig config, List<WeftConfig> trials) throws Exception;

    /** About what trials learn from. */
    String facts();

    /** Whether they read the corpus of the search, and not a data set of their own. */
    boolean sharesCorpus();

    /** Of everything that decides a trial's result. Where it runs does not. */
    String fingerprint(WeftConfig config);

    /** Trains towards where {@code stops} lets it end, from its newest checkpoint where it has one. */
    RunResult train(WeftConfig config, Progress progress, StopSource stops) throws IOException;
}
