package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.ExportRecord;
import org.weft.trainer.prove.Chain;
import org.weft.trainer.prove.ChainTable;
import org.weft.trainer.prove.Link;
import org.weft.trainer.prove.ProvenPath;
import org.weft.trainer.prove.Recomputation;
import org.weft.trainer.prove.Recomputation.What;
import org.weft.trainer.prove.RecomputedTraining;
import org.weft.trainer.prove.Scratch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code prove}: whether everything from raw files to an exported model is what it was made from. */
@Command(
        name = "prove",
        description = "Recompute the chain of SHA-256 from raw files to an exported model, and name the first link that"
                + " differs.",
        mixinStandardHelpOptions = true)
public final class ProveCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Parameters(paramLabel = "PATH", description = "A corpus, a run, a checkpoint or an exported directory.")
    private String path;

    @Option(names = "--run", paramLabel = "DIR", description = "The run that an exported directory came from.")
    private String run;

    @Option(
            names = "--corpus",
            paramLabel = "DIR",
            description = "The corpus that the run was trained on, where it has been moved.")
    private String corpus;

    @Option(
            names = "--skip-inputs",
            description = "Do not look at raw files, which may be gone; their links are told as not checked.")
    private boolean skipInputs;

    @Option(
            names = "--recompute",
            split = ",",
            paramLabel = "WHAT",
            description = "Also make it a second time in a directory of its own and compare: corpus (prepare), training"
                    + " (pretrain, from one checkpoint to the next), export. May be given many times.")
    private Set<What> recompute = EnumSet.noneOf(What.class);

    @Option(
            names = "--from",
            paramLabel = "STEP",
            description = "With --recompute training: the checkpoint to begin with, 0 for fresh parameters; default the"
                    + " one before --to.")
    private Integer from;

    @Option(
            names = "--to",
            paramLabel = "STEP",
            description = "With --recompute training: the checkpoint to end with; default the newest.")
    private Integer to;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description =
                    "Where --recompute writes, on any Hadoop file system; default PATH/.prove. It must be empty or"
                            + " not there, and is removed afterwards.")
    private String scratch;

    @Override
    public Integer call() throws Exception {
        requireUse();
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.openFiles()) {
            ProvenPath proven = ProvenPath.read(files.store(), request());
            if (!recompute.isEmpty()) { // All of it may take hours to look at.
                Recomputation.require(files.store(), proven, recompute);
                Scratch.requireEmpty(files.store(), scratch());
            }
            RecomputedTraining training = training(files.store(), proven);
            WeftConfig config = training == null
                    ? options.loadOver(defaults())
                    : training.config(options.over(recorded(training)), scratch());
            try (SparkApplication application = SparkApplication.start(
                            config, training == null ? "prove" : "pretrain", files.settings())
                    .showingStages(progress::say)) {
                Chain chain = proven.resolve(application.context());
                if (!recompute.isEmpty()) {
                    try (Scratch room = new Scratch(application.store(), scratch())) {
                        chain = new Recomputation(application, config, training, room, progress)
                                .extend(chain, proven, recompute);
                    }
                }
                ChainTable.of(chain).forEach(progress::say);
                summary(proven, chain).print();
                requireWhole(chain);
                requireAttested(proven);
                return ExitStatus.DONE.code();
            }
        }
    }

    private void requireUse() {
        if (!recompute.contains(What.TRAINING) && (from != null || to != null)) {
            throw WeftException.usage("--from and --to are of --recompute training", "add it, or leave them out");
        }
        if (recompute.isEmpty() && scratch != null) {
            throw WeftException.usage("--scratch is of --recompute", "add it, or leave it out");
        }
    }

    private ProvenPath.Request request() {
        return new ProvenPath.Request(trimmed(path), trimmed(run), trimmed(corpus), !skipInputs);
    }

    private String scratch() {
        return scratch == null ? trimmed(path) + "/.prove" : trimmed(scratch);
    }

    private RecomputedTraining training(Store store, ProvenPath proven) throws IOException {
        if (!recompute.contains(What.TRAINING)) {
            return null;
        }
        RunDirectory of = proven.directoryOfRun()
                .orElseThrow(() -> WeftException.usage("--recompute training needs the run", "give it with --run"));
        Integer last = to == null && proven.kind() != ProvenPath.Kind.RUN && proven.checkpoint() != null
                ? Integer.valueOf(proven.checkpoint().step())
                : to;
        return RecomputedTraining.of(store, of, from, last);
    }

    /** A proof needs no configuration: this machine does, where nothing names a cluster. */
    private String defaults() {
        ObjectNode tree = Json.MAPPER.createObjectNode();
        tree.putObject("run").put("dir", path);
        tree.putObject("cluster").put("master", submitted() ? "" : "local[*]");
        return tree.toString();
    }

    /** The checkpoint's, on this machine where it was started by spark-submit and this is not. */
    private WeftConfig recorded(RecomputedTraining training) {
        WeftConfig recorded = ConfigLoader.recorded(
                "the checkpoint's configuration", training.target().config());
        if (!recorded.cluster().master().isBlank() || submitted()) {
            return recorded;
        }
        int slots = recorded.cluster().workers() + recorded.cluster().servers() + 1;
        ObjectNode tree = (ObjectNode) ConfigLoader.toTree(recorded);
        ((ObjectNode) tree.path("cluster")).put("master", "local[" + slots + "]");
        return ConfigLoader.recorded("the checkpoint's configuration", tree);
    }

    private static boolean submitted() {
        return !System.getProperty("spark.master", "").isEmpty();
    }

    private static String trimmed(String directory) {
        return directory == null ? null : directory.replaceFirst("(?<=.)/+$", "");
    }

    private Summary summary(ProvenPath proven, Chain chain) {
        Optional<Link> first = chain.firstDifference();
        Summary summary = new Summary("prove")
                .put("path", path)
                .put("kind", proven.kind().name().toLowerCase(Locale.ROOT))
                .put("holds", Json.MAPPER.getNodeFactory().booleanNode(first.isEmpty() && proven.isAttested()))
                .put("links", chain.links().size());
        for (Link.Outcome outcome : Link.Outcome.values()) {
            summary.put(outcome.name().toLowerCase(Locale.ROOT), chain.count(outcome));
        }
        if (proven.checkpoint() != null) {
            summary.put("step", proven.checkpoint().step())
                    .put("params_sha256", proven.checkpoint().paramsSha256());
        }
        first.ifPresent(link -> summary.put(
                "first_difference",
                Json.MAPPER
                        .createObjectNode()
                        .put("link", link.name())
                        .put("file", link.subject())
                        .put("expected", link.expected())
                        .put("found", link.found())));
        return summary;
    }

    private void requireAttested(ProvenPath proven) {
        if (!proven.isAttested()) {
            throw WeftException.invalidData(
                    "nothing says what " + path + " should be: " + ExportRecord.FILE + " is not there",
                    "whether its files are those of the export nobody can know: export the checkpoint again");
        }
    }

    private void requireWhole(Chain chain) {
        Optional<Link> first = chain.firstDifference();
        if (first.isPresent()) {
            Link link = first.get();
            throw WeftException.invalidData(
                    "the chain of " + path + " breaks: the first link that differs is the " + link.name() + " "
                            + link.subject() + ": expected=" + link.expected() + " found=" + link.found(),
                    "all that was made from it is in doubt: restore the file from a copy, or make again what comes after");
        }
    }
}
