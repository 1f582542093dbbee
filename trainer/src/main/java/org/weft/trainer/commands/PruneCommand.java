package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.hub.ExportDirectory;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;
import org.weft.hub.prune.ModelPruning;
import org.weft.hub.prune.ModelPruning.Method;
import org.weft.hub.prune.ModelPruning.Result;
import org.weft.hub.prune.TextSample;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code prune}: a smaller dense model without some heads, units of perceptrons, or blocks. */
@Command(
        name = "prune",
        description =
                "Make a smaller dense model of a trained one: without some of its heads, perceptron units or blocks.",
        mixinStandardHelpOptions = true)
public final class PruneCommand implements Callable<Integer> {
    private static final int TOKENS = 65536;
    private static final double PERCENT = 100;

    @Mixin
    private FileOptions options;

    @Mixin
    private ConversionPaths paths;

    @Option(
            names = "--heads",
            paramLabel = "SHARE",
            description =
                    "Share of each block's heads that goes, of shared heads of keys and values with those that read them;"
                            + " rounded down.")
    private double heads;

    @Option(
            names = "--units",
            paramLabel = "SHARE",
            description = "Share of each perceptron's units that goes; rounded down.")
    private double units;

    @Option(names = "--blocks", paramLabel = "N", description = "How many whole blocks go.")
    private int blocks;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "magnitude",
            description =
                    "magnitude: what has the smallest weights goes, and of blocks the deepest but the last; taylor: what"
                            + " the loss over --text depends on least; default ${DEFAULT-VALUE}.")
    private Method method;

    @Option(
            names = "--text",
            arity = "1..*",
            paramLabel = "PATH",
            description = "taylor: text, read as prepare reads it: files, folders or globs.")
    private List<String> text = new ArrayList<>();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "taylor: tokens of --text, from its beginning; default 65536.")
    private Integer tokens;

    @Option(
            names = "--masked",
            description = "Leave the model as large as it is, with zeros for what would go: its outputs are the smaller"
                    + " model's.")
    private boolean masked;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description = "f32, f16 or bf16, rounded to the nearest; default ${DEFAULT-VALUE}.")
    private FloatFormat dtype;

    @Override
    public Integer call() throws Exception {
        requireHonoured();
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.open()) {
            Store store = files.store();
            ExportDirectory.require(store, paths.output());
            StoredModel model = new ModelLocator(store, progress::say).at(paths.input());
            model.notices().forEach(progress::say);
            String imported = paths.output().replaceFirst("/+$", "") + "." + UUID.randomUUID() + ".import";
            try {
                prune(store, model.asCheckpoint(imported, progress::say), progress);
            } finally {
                if (model.checkpoint().isEmpty()) {
                    store.delete(imported);
                }
            }
            return ExitStatus.DONE.code();
        }
    }

    private void requireHonoured() {
        boolean judged = method == Method.TAYLOR;
        if (judged == text.isEmpty()) {
            throw WeftException.usage(
                    judged ? "--method taylor without --text" : "--text has no effect with --method magnitude",
                    judged ? "give it some text" : "leave it out, or say --method taylor");
        }
        if (tokens != null && (!judged || tokens < 1)) {
            throw WeftException.usage(
                    judged
                            ? "--tokens " + tokens + " must be at least 1"
                            : "--tokens has no effect without --method taylor",
                    "");
        }
    }

    private void prune(Store store, Checkpoint checkpoint, Progress progress) throws IOException {
        TextSample sample = text.isEmpty() ? null : new TextSample(text, tokens == null ? TOKENS : tokens);
        ModelPruning pruning = new ModelPruning(
                store, checkpoint, new ModelPruning.Options(heads, units, blocks, method, sample, masked));
        HuggingFaceExport.Options how = new HuggingFaceExport.Options(
                dtype, ExportCommand.MAX_SHARD_BYTES, ExportCommand.template(store, checkpoint, progress));
        Result result = pruning.write(paths.output(), how, progress::say);
        long before = result.whole().layout().size();
        long after = result.smaller().layout().size();
        double flopsBefore = result.whole().forwardFlopsPerToken();
        double flopsAfter = result.smaller().forwardFlopsPerToken();
        progress.say(String.format(
                Locale.ROOT,
                "%,d of %,d parameters stay, %.1f %%; a token's forward pass over a whole context takes %.4g of %.4g"
                        + " operations, %.1f %%: by arithmetic %.2f times as fast",
                after,
                before,
                PERCENT * after / before,
                flopsAfter,
                flopsBefore,
                PERCENT * flopsAfter / flopsBefore,
                flopsBefore / flopsAfter));
        new Summary("prune")
                .put("directory", paths.output())
                .put("parameters_before", before)
                .put("parameters", after)
                .number("flops_before", flopsBefore)
                .number("flops", flopsAfter)
                .put("layers", result.blocks().size())
                .put("heads", result.smaller().config().heads())
                .put("kv_heads", result.smaller().config().keyValueHeads())
                .put("head_dim", result.smaller().config().headWidth())
                .put("mlp_width", result.smaller().config().hiddenWidth())
                .put("masked", String.valueOf(masked))
                .print();
    }
}
