package org.weft.trainer.commands;

import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.StoredModel;
import org.weft.tuning.finetune.Embedding;
import org.weft.tuning.finetune.PredictionJob;
import org.weft.tuning.task.VectorTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embed}: a vector for a text of any rows, on the executors. */
@Command(
        name = "embed",
        description = "Vectors of texts: input rows with a column of floats, of any model, tuned for it or not.",
        mixinStandardHelpOptions = true)
public final class EmbedCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Mixin
    private CheckpointOption path;

    @Mixin
    private RowsOption rows;

    @Option(
            names = "--text-column",
            paramLabel = "NAME",
            description = "The column of texts (default: dataset.text_column).")
    private String textColumn;

    @Option(
            names = "--vector-column",
            paramLabel = "NAME",
            defaultValue = "embedding",
            description = "The column that is added (default: ${DEFAULT-VALUE}).")
    private String vectorColumn;

    @Option(
            names = "--pooling",
            paramLabel = "HOW",
            description =
                    "What stands for a text: mean, last or first of its tokens (default: as the model was tuned, or as the"
                            + " files of sentence-transformers beside it say; else last where no token looks ahead, and mean).")
    private Pooling pooling;

    @Option(
            names = "--normalize",
            negatable = true,
            description = "Whether vectors are scaled to length 1 (default: as the model says, else they are).")
    private Boolean normalize;

    @Option(
            names = "--prompt",
            paramLabel = "NAME",
            description =
                    "The prompt of config_sentence_transformers.json that stands before each text (default: the one that it"
                            + " names).")
    private String prompt;

    @Option(names = "--prefix", paramLabel = "TEXT", description = "What stands before each text, instead of a prompt.")
    private String prefix;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Tokens of the longest text; what is longer is cut and counted (default: as the model says, else"
                            + " model.context).")
    private int maxLength;

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.openFiles()) {
            rows.requireFormats();
            requireHeeded("dataset", "max_length", "--max-length");
            requireHeeded("finetune", "pooling", "--pooling");
            requireHeeded("finetune", "normalize", "--[no-]normalize");
            StoredModel model = path.model(files.store());
            Embedding how = Embedding.of(model, new Embedding.Wish(pooling, normalize, prompt, prefix, maxLength));
            rows.requireNew(files.store());
            WeftConfig config = options.over(model.config());
            String text = textColumn == null ? config.dataset().textColumn() : textColumn;
            try (SparkApplication application =
                    SparkApplication.start(config, "embed", files.settings()).showingStages(Progress.onStderr()::say)) {
                PredictionJob job =
                        PredictionJob.ofVectors(model, how, new VectorTask(text, vectorColumn), rows.batch());
                rows.run(application, model, job, "embed").print();
            }
            return ExitStatus.DONE.code();
        }
    }

    /** What a tuning is configured by is in its model; a file may have it for the tuning's sake, an override is meant for this. */
    private void requireHeeded(String section, String key, String option) {
        String set = options.peek(section, key);
        String notHeeded = section + "." + key + "=" + set + " is not heeded here: it is how a model is tuned";
        if (!options.peekSet(section, key).isEmpty()) {
            throw WeftException.usage(notHeeded, "use " + option);
        }
        if (!set.isEmpty()) {
            Progress.onStderr().say(notHeeded + "; " + option + " is what is meant");
        }
    }
}
