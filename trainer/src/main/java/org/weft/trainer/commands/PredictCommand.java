package org.weft.trainer.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.util.LongAccumulator;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig.Format;
import org.weft.core.config.Encodings;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.FirstTaskError;
import org.weft.corpus.source.TextEncoding;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.finetune.PredictionColumns;
import org.weft.tuning.finetune.PredictionJob;
import org.weft.tuning.finetune.TaskModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: labels, values, tags or answers for any rows, on the executors. */
@Command(
        name = "predict",
        description = "Predict with a fine-tuned model: input rows with what the model says of them.",
        mixinStandardHelpOptions = true)
public final class PredictCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Mixin
    private CheckpointOption path;

    @Option(
            names = "--input",
            arity = "1..*",
            required = true,
            paramLabel = "PATH",
            description =
                    "JSONL, CSV with a header or Parquet: files, folders or globs; or a table with --input-format table.")
    private List<String> input = new ArrayList<>();

    @Option(
            names = "--input-format",
            defaultValue = "auto",
            description = "auto, jsonl, csv, parquet or table (default: auto, by the files' names).")
    private Format inputFormat;

    @Option(
            names = "--input-encoding",
            defaultValue = "UTF-8",
            description = "The character set of JSONL and CSV files (default: ${DEFAULT-VALUE}).")
    private String inputEncoding;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "A folder that is not there yet.")
    private String output;

    @Option(
            names = "--output-format",
            defaultValue = "parquet",
            description = "parquet or jsonl (default: ${DEFAULT-VALUE}).")
    private String outputFormat;

    @Option(
            names = "--batch-size",
            defaultValue = "32",
            description = "Rows that are computed together (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Override
    public Integer call() throws Exception {
        requireOptions();
        try (ConfigOptions.FileAccess files = options.openFiles()) {
            Store store = files.store();
            StoredModel model = path.model(store);
            TaskModel.requireTask(model);
            if (store.exists(output)) {
                throw WeftException.usage("--output " + output + " is there already", "give a folder that is not");
            }
            WeftConfig config = options.over(model.config());
            try (SparkApplication application = SparkApplication.start(config, "predict", files.settings())
                    .showingStages(Progress.onStderr()::say)) {
                predict(application, config, model).print();
            }
            return ExitStatus.DONE.code();
        }
    }

    private void requireOptions() {
        if (!outputFormat.equals("parquet") && !outputFormat.equals("jsonl")) {
            throw WeftException.usage("--output-format " + outputFormat + " must be parquet or jsonl", "");
        }
        if (!Encodings.known(inputEncoding)) {
            throw WeftException.usage("--input-encoding " + inputEncoding + " is no character set, such as UTF-8", "");
        }
        if (batch < 1) {
            throw WeftException.usage("--batch-size " + batch + " must be at least 1", "");
        }
    }

    private Summary predict(SparkApplication application, WeftConfig config, StoredModel model) throws Exception {
        LongAccumulator truncated = application.context().sc().longAccumulator("truncated");
        LongAccumulator written = application.context().sc().longAccumulator("rows");
        PredictionJob job = new PredictionJob(model, config, batch, PredictionColumns.DEFAULT);
        Dataset<Row> rows = FirstTaskError.ends(application.context(), () -> {
            Dataset<Row> read = new DatasetReader(application.context(), application.store(), job.textColumns())
                    .read("--input", input, inputFormat, new TextEncoding(inputEncoding, "--input-encoding"));
            job.check(read);
            return read;
        });
        try {
            FirstTaskError.ends(application.context(), () -> {
                write(job.predict(rows, truncated, written).write().mode(SaveMode.ErrorIfExists));
                return null;
            });
        } catch (Exception e) { // Spark's are checked, and undeclared
            throw unwritten(e);
        }
        Summary summary = new Summary("predict")
                .put("checkpoint", model.directory())
                .put("rows", written.value())
                .put("truncated", truncated.value())
                .put("output", output);
        return model.paramsSha256().isEmpty() ? summary : summary.put("params_sha256", model.paramsSha256());
    }

    private void write(DataFrameWriter<Row> predicted) {
        if (outputFormat.equals("parquet")) {
            predicted.parquet(output);
        } else {
            predicted.json(output);
        }
    }

    private Exception unwritten(Exception failure) {
        WeftException known = WeftException.within(failure);
        if (known == null && failure instanceof AnalysisException) {
            return WeftException.usage(
                    "--output-format " + outputFormat + " cannot hold the rows: "
                            + failure.getMessage().lines().findFirst().orElse(""),
                    "mend the columns, or take the other format of parquet and jsonl");
        }
        return known == null ? failure : known;
    }
}
