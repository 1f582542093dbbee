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
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.ExportRecord;
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

    /** @throws WeftException where something cannot be made again, whatever the chain says */
    public static void require(Store store, ProvenPath path, Collection<What> what) throws IOException {
        if (what.contains(What.CORPUS)) {
            RecomputedCorpus.provenance(store, corpusOf(path));
        }
        if (what.contains(What.EXPORT)) {
            ExportRecord.load(store, exportOf(path));
            run(path);
        }
    }

    private static String corpusOf(ProvenPath path) {
        return path.corpusDirectory().orElseThrow(() -> needsRun("corpus"));
    }

    private List<Claim> corpus(ProvenPath path) throws IOException {
        JsonNode model = path.checkpoint() == null
                ? ConfigLoader.toTree(config).path("model")
                : path.checkpoint().config().path("model");
        return new RecomputedCorpus(application.context(), scratch, progress::say).claims(corpusOf(path), model);
    }

    private static String exportOf(ProvenPath path) {
        if (path.kind() != Kind.EXPORT) {
            throw WeftException.usage(
                    "--recompute export: " + path.path() + " is no exported directory",
                    "give the directory that export wrote");
        }
        return path.path();
    }

    private static RunDirectory run(ProvenPath path) {
        return path.directoryOfRun().orElseThrow(() -> needsRun("export"));
    }

    private static WeftException needsRun(String what) {
        return WeftException.usage("--recompute " + what + " needs the run", "give it with --run");
    }
}
