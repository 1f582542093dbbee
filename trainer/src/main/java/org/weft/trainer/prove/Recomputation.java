package org.weft.trainer.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.trainer.prove.ProvenPath.Kind;

/**
 * Makes things a second time where the files alone show only that nothing was changed since. For one thread.
 *
 * @param config of the application
 * @param training what is trained again; null for nothing
 */
public record Recomputation(
        SparkApplication application,
        WeftConfig config,
        RecomputedTraining training,
        Scratch scratch,
        Progress progress) {

    /** What can be made again. */
    public enum What implements Word {
        CORPUS,
        TRAINING,
        EXPORT
    }

    /**
     * Makes again what was asked for, in the order in which it was made first.
     *
     * @return the chain with what came of it; as it is where it does not hold, for then there is nothing to make it from
     */
    public Chain extend(Chain chain, ProvenPath path, Collection<What> what) throws IOException {
        Chain extended = chain;
        for (What again : What.values()) {
            if (what.contains(again) && extended.firstDifference().isEmpty()) {
                progress.say("recomputing: " + again.word());
                extended = switch (again) {
                    case CORPUS -> extended.and(corpus(path));
                    case TRAINING -> extended.and(training.claims(application, scratch, config, progress));
                    case EXPORT -> extended.and(RecomputedExport.claims(scratch, path.path(), run(path)));
                };
            }
        }
        return extended;
    }

    private List<Claim> corpus(ProvenPath path) throws IOException {
        JsonNode model = path.checkpoint() == null
                ? ConfigLoader.toTree(config).path("model")
                : path.checkpoint().config().path("model");
        String directory = path.corpusDirectory().orElseThrow(() -> needsRun("corpus"));
        return new RecomputedCorpus(application.context(), scratch, progress::say).claims(directory, model);
    }

    private static RunDirectory run(ProvenPath path) {
        if (path.kind() != Kind.EXPORT) {
            throw WeftException.usage(
                    "--recompute export: " + path.path() + " is no exported directory",
                    "give the directory that export wrote");
        }
        return path.directoryOfRun().orElseThrow(() -> needsRun("export"));
    }

    private static WeftException needsRun(String what) {
        return WeftException.usage("--recompute " + what + " needs the run", "give it with --run");
    }
}
