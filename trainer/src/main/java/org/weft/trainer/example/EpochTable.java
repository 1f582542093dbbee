package org.weft.trainer.example;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;

/**
 * How training went, as people know it: a line an evaluation.
 *
 * <pre>
 * epoch  train_loss  val_loss  val_accuracy  seconds
 *   1.0      1.8233    1.2046        0.6532       14
 * </pre>
 *
 * An epoch is the training data once; seconds are those of the steps since the line before. A model of language has val_perplexity.
 */
public final class EpochTable {
    private static final String PERPLEXITY = "perplexity";

    private EpochTable() {}

    /** A table of a run's files; empty where nothing was evaluated on the way. */
    public static String of(Store store, RunDirectory run) throws IOException {
        if (!store.exists(run.config())) {
            return "";
        }
        WeftConfig config =
                ConfigLoader.recorded(run.config(), new String(store.readAll(run.config()), StandardCharsets.UTF_8));
        return render(records(store, run), stepsOfAnEpoch(store, run, config));
    }

    /** All that a run's {@code metrics.jsonl} tells; nothing where there is none. */
    static List<RunRecord> records(Store store, RunDirectory run) throws IOException {
        List<RunRecord> records = new ArrayList<>();
        if (store.exists(run.metrics())) {
            new String(store.readAll(run.metrics()), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line -> records.addAll(RecordFormat.parse(line)));
        }
        return records;
    }

    static String render(List<RunRecord> records, double stepsOfAnEpoch) {
        String metric = records.stream()
                .filter(EvaluationRecord.class::isInstance)
                .flatMap(record -> ((EvaluationRecord) record).scores().keySet().stream())
                .filter(name -> name.equals("accuracy") || name.startsWith("f1_"))
                .findFirst()
                .orElse(PERPLEXITY);
        String heading = "val_" + metric;
        int width = Math.max(12, heading.length());
        StringBuilder table = new StringBuilder(
                String.format(Locale.ROOT, "epoch  train_loss  val_loss  %" + width + "s  seconds%n", heading));
        int begin = table.length();
        double loss = 0;
        double millis = 0;
        int steps = 0;
        for (RunRecord record : records) {
            if (record instanceof StepRecord step) {
                loss += step.loss();
                millis += step.stepMillis();
                steps++;
            } else if (record instanceof EvaluationRecord evaluation && steps > 0) {
                double validation = evaluation.scores().getOrDefault("loss", Double.NaN);
                double score = metric.equals(PERPLEXITY)
                        ? Math.exp(validation)
                        : evaluation.scores().getOrDefault(metric, Double.NaN);
                table.append(String.format(
                        Locale.ROOT,
                        "%5.1f  %10.4f  %8.4f  %" + width + ".4f  %7.0f%n",
                        evaluation.step() / stepsOfAnEpoch,
                        loss / steps,
                        validation,
                        score,
                        millis / 1000));
                loss = 0;
                millis = 0;
                steps = 0;
            }
        }
        return table.length() == begin ? "" : table.toString();
    }

    /** Steps in which the training data are seen once. */
    private static double stepsOfAnEpoch(Store store, RunDirectory run, WeftConfig config) throws IOException {
        double batch = config.training().globalBatch();
        if (ExamplesManifest.exists(store, run.dataset())) {
            return ExamplesManifest.load(store, run.dataset()).train().examples() / batch;
        }
        long tokens = CorpusManifest.load(store, config.run().directory().corpus())
                .train()
                .tokens();
        return tokens / (batch * config.textTokens());
    }
}
