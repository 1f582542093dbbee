package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.util.LongAccumulator;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig.Format;
import org.weft.core.config.Encodings;
import org.weft.core.storage.Store;
import org.weft.corpus.FirstTaskError;
import org.weft.corpus.source.TextEncoding;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.finetune.PredictionJob;
import picocli.CommandLine.Option;

/** Rows that a model says something of, and where they go with it: the options that {@code predict} and {@code embed} share. */
final class RowsOption {
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

    int batch() {
        return batch;
    }

    /** Fails where an option has a value that there is not. */
    void requireFormats() {
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

    /** Fails where the output is there already. */
    void requireNew(Store store) throws IOException {
        if (store.exists(output)) {
            throw WeftException.usage("--output " + output + " is there already", "give a folder that is not");
        }
    }

    /** Reads, predicts and writes. */
    Summary run(SparkApplication application, StoredModel model, PredictionJob job, String command) throws Exception {
        LongAccumulator truncated = application.context().sc().longAccumulator("truncated");
        LongAccumulator written = application.context().sc().longAccumulator("rows");
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
        Summary summary = new Summary(command)
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
