package org.weft.tuning.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.weft.core.Amount;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.DatasetConfig.Unanswerable;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.storage.Store;
import org.weft.tuning.dataset.SplitRows.Survey;
import org.weft.tuning.metrics.SmallSample;
import org.weft.tuning.task.Task;

/**
 * Looks at every row of a data set before any is encoded, and says what is odd. For one thread.
 *
 * @param progress told, on the calling thread, what is being done and what was found odd
 */
record DatasetSurvey(JavaSparkContext spark, Store store, DatasetConfig dataset, Task task, Consumer<String> progress) {
    /**
     * Reads the splits and tells what each holds.
     *
     * @param splits takes them; the caller unpersists their rows
     * @param again whether they are read again, to be encoded: then Spark keeps them
     */
    List<Survey> read(List<SplitRows> splits, boolean again) throws IOException {
        progress.accept("reading "
                + Stream.of(dataset.train(), dataset.validation(), dataset.test())
                        .flatMap(List::stream)
                        .collect(Collectors.joining(", ")));
        DatasetSplits read = new DatasetSplits(spark, store, task);
        splits.addAll(read.read(dataset));
        List<Survey> surveys = new ArrayList<>();
        String source = "";
        long replaced = 0;
        for (SplitRows split : splits) {
            if (again) {
                split.rows().persist(StorageLevel.MEMORY_AND_DISK_SER());
            }
            try {
                surveys.add(split.survey(task));
            } catch (Exception failure) { // Spark's is checked, and undeclared
                throw DatasetReader.unreadable(split.source(), failure);
            }
            long found = read.takeReplaced();
            replaced += split.source().equals(source) ? 0 : found; // validation's share of train is read again
            source = split.source();
        }
        if (replaced > 0) {
            progress.accept("warning: " + Amount.of(replaced, "unpaired surrogate") + " in the rows became U+FFFD");
        }
        for (int i = 0; i < splits.size(); i++) {
            if (!dataset.privacy().active().isEmpty()) {
                progress.accept(splits.get(i).name() + ": " + surveys.get(i).toldOfScrubbing());
            }
            if (surveys.get(i).empty() > 0) {
                progress.accept("warning: " + Amount.of(surveys.get(i).empty(), "row") + " of "
                        + splits.get(i).name() + Amount.have(surveys.get(i).empty()) + " an empty text");
            }
        }
        requireRows(splits, surveys); // a bad row is told before a bad split
        sayUnanswerable(splits, surveys);
        sayFew(splits, surveys);
        return surveys;
    }

    /** Whether a question of training has no answer; null where the task asks none. */
    static Boolean unanswerable(FinetuneConfig.TaskName task, List<Survey> surveys) {
        return task == FinetuneConfig.TaskName.QA ? surveys.get(0).unanswerable() > 0 : null;
    }

    /** Training comes first. */
    private void sayUnanswerable(List<SplitRows> splits, List<Survey> surveys) {
        long learnt = surveys.get(0).unanswerable();
        if (dataset.unanswerable() == Unanswerable.NONE && learnt > 0) {
            throw WeftException.invalidData(
                    "dataset.unanswerable=none, but " + learnt + " of "
                            + Amount.of(surveys.get(0).content().rows(), "row") + " of dataset.train"
                            + Amount.have(learnt) + " no answer",
                    "set it to auto or some, or take these rows out");
        }
        if (dataset.unanswerable() == Unanswerable.SOME || learnt > 0) {
            return;
        }
        for (int i = 1; i < splits.size(); i++) {
            long there = surveys.get(i).unanswerable();
            if (there > 0) {
                progress.accept("warning: " + Amount.of(there, "question") + " of "
                        + splits.get(i).name()
                        + Amount.have(there) + " no answer, those of train all have one: the model will always give one"
                        + " (dataset.unanswerable)");
            }
        }
    }

    private void sayFew(List<SplitRows> splits, List<Survey> surveys) {
        for (int i = 1; i < splits.size(); i++) {
            SmallSample.warning(splits.get(i).name(), surveys.get(i).content().rows())
                    .ifPresent(progress);
        }
    }

    private void requireRows(List<SplitRows> splits, List<Survey> surveys) {
        for (int i = 0; i < surveys.size(); i++) {
            String name = splits.get(i).name();
            boolean byHash = dataset.validation().isEmpty() && !name.equals(DatasetSplits.TEST);
            boolean none = dataset.folds() == 0 && dataset.validationFraction() == 0;
            boolean wanted = !(name.equals(DatasetSplits.VALIDATION) && byHash && none);
            if (surveys.get(i).content().rows() == 0 && wanted) {
                throw WeftException.invalidData(
                        "empty split: " + name + " has no row" + (byHash ? " of dataset.train, " + share() : ""),
                        byHash
                                ? "give more rows, another share for validation, or files in dataset.validation"
                                : "check dataset." + name);
            }
        }
    }

    private String share() {
        return dataset.folds() > 0
                ? "fold=" + dataset.fold() + " of folds=" + dataset.folds()
                : "validation_fraction=" + dataset.validationFraction();
    }
}
