package org.weft.tuning.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.Amount;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExampleFileFormat;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.examples.ExamplesSplit;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.FirstTaskError;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.dataset.SplitRows.Content;
import org.weft.tuning.dataset.SplitRows.Survey;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Task;

/**
 * Labelled rows in, encoded examples out, under {@code run.dir/dataset}. The bytes are a function of the rows, the
 * tokenizer and the configuration: not of how many files, tasks or executors there were.
 *
 * <p>Reads the rows of each split once and keeps them in Spark's storage while it looks for labels, compares splits and encodes. Used by
 * one thread.
 */
public final class DatasetJob {
    /** Rows that are worth a task of their own, until there are so many files. */
    private static final int FILE_ROWS = 1 << 11;

    private static final int MOST_FILES = 64;
    private static final int MANY_WINDOWS = 1000;

    private final JavaSparkContext spark;
    private final Store store;
    private final Consumer<String> progress;

    /**
     * @param progress told, on the calling thread, what is being done and what was found odd
     */
    public DatasetJob(JavaSparkContext spark, Store store, Consumer<String> progress) {
        this.spark = spark;
        this.store = store;
        this.progress = progress;
    }

    /**
     * Encodes a run's data set, or finds it encoded by an earlier start of the run.
     *
     * @param tokenizer of the model to fine-tune
     * @throws WeftException where rows cannot be read or used, or the directory holds another data set
     */
    public ExamplesManifest run(WeftConfig config, TokenizerFile tokenizer) throws IOException {
        return over(config, splits -> {
            try (Encoder usable = Encoder.open(config, tokenizer)) {
                TextTokenizer opened = usable.tokenizer();
                return encode(config, tokenizer, opened.vocabSize(), framing(opened, tokenizer), splits);
            }
        });
    }

    /**
     * Looks at the rows of a run that is to come, and writes nothing.
     *
     * @throws WeftException where {@link #run} would find that rows cannot be read or used, as far as no tokenizer is needed
     */
    public void check(WeftConfig config) throws IOException {
        over(config, splits -> {
            Task unlabelled = Task.of(config);
            return labels(config, unlabelled, splits, survey(config, unlabelled).read(splits, false));
        });
    }

    /** Something that is done with the splits, which it opens. */
    @FunctionalInterface
    private interface OverSplits<T> {
        T take(List<SplitRows> splits) throws IOException;
    }

    private <T> T over(WeftConfig config, OverSplits<T> work) throws IOException {
        if (config.dataset().train().isEmpty()) {
            throw WeftException.usage("dataset.train is empty", "give files, directories or globs to read");
        }
        SplitRows.requireSerializer(spark.getConf());
        List<SplitRows> splits = new ArrayList<>();
        try {
            return FirstTaskError.ends(spark, () -> work.take(splits));
        } finally {
            splits.forEach(split -> split.rows().unpersist());
        }
    }

    private DatasetSurvey survey(WeftConfig config, Task task) {
        return new DatasetSurvey(spark, store, config.dataset(), task, progress);
    }

    /** What decides the tokens around a text; empty where tokenizer.json alone does, and puts nothing there. */
    private static String framing(TextTokenizer opened, TokenizerFile file) {
        boolean plain = file.roles().equals(TokenRoles.NONE) && opened.before().length + opened.after().length == 0;
        String around = Arrays.toString(opened.before()) + Arrays.toString(opened.after()) + opened.endOfText();
        return plain ? "" : opened.between().length > 1 ? around + Arrays.toString(opened.between()) : around;
    }

    private ExamplesManifest encode(
            WeftConfig config, TokenizerFile tokenizer, int vocabSize, String framing, List<SplitRows> splits)
            throws IOException {
        Task unlabelled = Task.of(config);
        List<Survey> surveys = survey(config, unlabelled).read(splits, true);
        List<Content> contents = surveys.stream().map(Survey::content).toList();
        FoundLabels labels = labels(config, unlabelled, splits, surveys);
        Task task = Task.of(config, labels.labels()).counting(surveys.get(0).groups());
        task.toldOfGroups().forEach(progress);
        String sha256 = Sha256.hex(tokenizer.json());
        String fingerprint = DatasetFingerprint.of(config, task, sha256 + framing, contents);
        String directory = config.run().directory().dataset();
        if (ExamplesManifest.exists(store, directory)) {
            return reused(config, fingerprint);
        }
        removeFiles(directory);
        List<ExamplesSplit> written = new ArrayList<>();
        Broadcast<TokenizerFile> shared = spark.broadcast(tokenizer);
        try {
            for (int i = 0; i < splits.size(); i++) {
                SplitRows split = splits.get(i);
                int files = (int) Math.min(MOST_FILES, 1 + contents.get(i).rows() / FILE_ROWS);
                EncodeStage stage = new EncodeStage(
                        store, config, task, shared, split.name(), ExampleFileFormat.vocabulary(sha256));
                EncodeStage.Result result = stage.run(split.sorted(files));
                written.add(result.split());
                report(split.name(), result, config);
            }
        } finally {
            shared.destroy();
        }
        ExamplesManifest manifest = new ExamplesManifest(
                ExamplesManifest.VERSION,
                config.finetune().task().word(),
                labels.labels().names(),
                labels.counts(),
                labels.labels().weights(),
                sha256,
                vocabSize,
                written.get(0),
                written.get(1),
                written.size() > 2 ? written.get(2) : ExamplesSplit.NONE,
                overlap(splits),
                surveys.stream().map(Survey::scrubbed).reduce(new TreeMap<>(), SplitRows::sum),
                DatasetSurvey.unanswerable(config.finetune().task(), surveys),
                fingerprint);
        manifest.save(store, directory);
        return manifest;
    }

    private FoundLabels labels(WeftConfig config, Task task, List<SplitRows> splits, List<Survey> surveys) {
        if (!task.hasLabels()) {
            return FoundLabels.NONE;
        }
        FoundLabels found = FoundLabels.of(config.finetune(), surveys.get(0).labelCounts());
        for (int i = 1; i < surveys.size(); i++) {
            found.requireKnown(splits.get(i).name(), surveys.get(i).labelCounts());
        }
        progress.accept("labels: " + found.listed());
        found.doubts().forEach(doubt -> progress.accept("warning: " + doubt));
        return found;
    }

    private ExamplesManifest reused(WeftConfig config, String fingerprint) throws IOException {
        String directory = config.run().directory().dataset();
        ExamplesManifest manifest = ExamplesManifest.load(store, directory);
        boolean windows =
                config.finetune().task() == TaskName.QA && config.dataset().docStride() > 0;
        if (windows && manifest.unanswerable() == null) {
            throw WeftException.invalidData(
                    directory
                            + " was encoded by an earlier version of Weft, which did not tell which windows are of one row:"
                            + " dataset.doc_stride=" + config.dataset().docStride(),
                    "take another run.dir, and the rows are encoded anew; or go on with that version");
        }
        if (!manifest.fingerprint().equals(fingerprint)) {
            throw WeftException.invalidData(
                    directory + " was encoded from other rows or settings: fingerprint expected="
                            + fingerprint.substring(0, 16) + " actual="
                            + manifest.fingerprint()
                                    .substring(
                                            0,
                                            Math.min(16, manifest.fingerprint().length())),
                    "take another run.dir, put rows and dataset section back, or remove the directory");
        }
        progress.accept("data set is encoded: " + directory);
        return manifest;
    }

    /** Removes what an earlier start that was killed left behind. */
    private void removeFiles(String directory) throws IOException {
        for (Store.Entry left : store.list(directory)) {
            if (left.name().endsWith(ExampleFileFormat.SUFFIX)) {
                store.delete(left.path());
            }
        }
    }

    private void report(String name, EncodeStage.Result result, WeftConfig config) {
        ExamplesSplit split = result.split();
        if (split.examples() == 0 && split.leftOut() > 0) {
            throw WeftException.invalidData(
                    "empty split: all rows of " + name + " were left out: "
                            + String.join("; ", result.leftOut().keySet()),
                    "check the columns, and dataset.max_length");
        }
        progress.accept(name + ": " + told(result) + ", " + Amount.of(split.tokens(), "token") + ", the longest "
                + split.longest() + (config.sequencesOfExample() > 1 ? ", the texts of an example together" : ""));
        if (split.truncated() > 0) {
            progress.accept(name + ": " + Amount.of(split.truncated(), "row") + " cut to max_length="
                    + Encoder.maxLength(config) + " tokens");
        }
        sayLong(name, result.mostOfRow(), config);
        result.leftOut()
                .forEach((why, rows) -> progress.accept(name + ": " + Amount.of(rows, "row") + " left out: " + why));
    }

    /** A question is judged by all of its windows: one worker has them while the others wait. */
    private void sayLong(String name, int windows, WeftConfig config) {
        if (windows > MANY_WINDOWS && config.finetune().task() == TaskName.QA) {
            progress.accept(
                    "warning: " + name + ": a passage is read through " + windows
                            + " windows, which one worker judges at once, in each evaluation: cut such passages apart beforehand");
        }
    }

    /** Where rows became several examples each, both. */
    private static String told(EncodeStage.Result result) {
        String examples = Amount.of(result.split().examples(), "example");
        return result.split().examples() == result.rows()
                ? examples
                : Amount.of(result.rows(), "row") + ", " + examples;
    }

    /** Validation rows whose inputs training has, and test rows whose inputs training or validation has. */
    private long overlap(List<SplitRows> splits) {
        long overlap = 0;
        boolean apart = splits.get(1).source().equals(splits.get(0).source()); // one input, split by its hash
        for (int i = apart ? 2 : 1; i < splits.size(); i++) {
            JavaRDD<DatasetRow> before = splits.get(0).rows();
            for (SplitRows other : splits.subList(1, i)) {
                before = before.union(other.rows());
            }
            long found = splits.get(i).overlap(before);
            if (found > 0) {
                progress.accept("warning: " + Amount.of(found, "row") + " of "
                        + splits.get(i).name() + Amount.have(found)
                        + " the same inputs as rows of the splits before it: its figures will flatter");
            }
            overlap += found;
        }
        return overlap;
    }
}
