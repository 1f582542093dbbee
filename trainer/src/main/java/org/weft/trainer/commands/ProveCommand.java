package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.trainer.prove.Chain;
import org.weft.trainer.prove.ChainTable;
import org.weft.trainer.prove.Link;
import org.weft.trainer.prove.ProvenPath;
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

    @Override
    public Integer call() throws Exception {
        WeftConfig config = options.loadOver(defaults());
        Progress progress = Progress.onStderr();
        try (ConfigOptions.FileAccess files = options.openFiles();
                SparkApplication application = SparkApplication.start(config, "prove", files.settings())
                        .showingStages(progress::say)) {
            Store store = application.store();
            ProvenPath proven = ProvenPath.read(
                    store, new ProvenPath.Request(trimmed(path), trimmed(run), trimmed(corpus), !skipInputs));
            Chain chain = proven.resolve(application.context());
            ChainTable.of(chain).forEach(progress::say);
            summary(proven, chain).print();
            requireWhole(chain);
            return ExitStatus.DONE.code();
        }
    }

    /** A proof needs no configuration: this machine does, where nothing names a cluster. */
    private String defaults() {
        boolean submitted = !System.getProperty("spark.master", "").isEmpty();
        ObjectNode tree = Json.MAPPER.createObjectNode();
        tree.putObject("run").put("dir", path);
        tree.putObject("cluster").put("master", submitted ? "" : "local[*]");
        return tree.toString();
    }

    private static String trimmed(String directory) {
        return directory == null ? null : directory.replaceFirst("(?<=.)/+$", "");
    }

    private Summary summary(ProvenPath proven, Chain chain) {
        Optional<Link> first = chain.firstDifference();
        Summary summary = new Summary("prove")
                .put("path", path)
                .put("kind", proven.kind().name().toLowerCase(Locale.ROOT))
                .put("holds", Json.MAPPER.getNodeFactory().booleanNode(first.isEmpty()))
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
