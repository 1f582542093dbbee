package org.weft.tuning.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.ClassWeights;
import org.weft.tuning.task.Labels;

/**
 * The labels of a data set: those of {@code finetune.labels}, or else the training rows', sorted.
 *
 * @param counts of each among the training rows
 */
record FoundLabels(Labels labels, List<Long> counts) {
    static final FoundLabels NONE = new FoundLabels(Labels.of(List.of()), List.of());

    private static final int SHOWN = 10;

    /** As programs write a value that is missing; in lower case. */
    private static final Set<String> MISSING = Set.of("nan", "null", "none", "n/a", "na", "<na>");

    static FoundLabels of(FinetuneConfig finetune, Map<String, Long> trainCounts) {
        List<String> names = finetune.labels().isEmpty()
                ? Labels.sorted(trainCounts.keySet())
                : finetune.labels().stream().map(Labels::canonical).toList();
        if (names.stream().distinct().count() < names.size()) {
            throw WeftException.usage("finetune.labels names a label twice: " + names, "name each label once");
        }
        FoundLabels found = counted(finetune, names, trainCounts);
        found.requireKnown("dataset.train", trainCounts);
        if (trainCounts.isEmpty()) {
            throw WeftException.invalidData(
                    "no label in dataset.train", "check that dataset.label_column has labels, and not empty arrays");
        }
        if (trainCounts.size() == 1 && finetune.task().head().exclusive()) {
            throw WeftException.invalidData(
                    "all rows of dataset.train are of one class: " + trainCounts,
                    "there is nothing to tell apart: give rows of other classes, or check the label's column");
        }
        return found;
    }

    private static FoundLabels counted(FinetuneConfig finetune, List<String> names, Map<String, Long> trainCounts) {
        List<Long> counts =
                names.stream().map(name -> trainCounts.getOrDefault(name, 0L)).toList();
        boolean balanced = finetune.classWeights() == ClassWeights.BALANCED
                && finetune.task().head().exclusive();
        return new FoundLabels(balanced ? Labels.balanced(names, counts) : Labels.of(names), counts);
    }

    /** The first of them with how many training rows each has, for a person to look at before anything is trained. */
    String listed() {
        String shown = IntStream.range(0, Math.min(SHOWN, labels.size()))
                .mapToObj(i -> labels.names().get(i) + " (" + counts.get(i) + ")")
                .collect(Collectors.joining(", "));
        return shown + (labels.size() > SHOWN ? " and " + (labels.size() - SHOWN) + " more" : "");
    }

    /** What somebody may not have meant as a class of its own. */
    List<String> doubts() {
        List<String> doubts = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            String name = labels.names().get(i);
            String rows = "label \"" + name + "\" (" + counts.get(i) + ") is a class like others: ";
            if (!name.strip().equals(name)) {
                doubts.add(rows + "blanks around a label belong to it");
            } else if (MISSING.contains(name.toLowerCase(Locale.ROOT))) {
                doubts.add(rows + "remove its rows if it stands for none");
            }
        }
        return doubts;
    }

    /** Fails where a split has a label that is not among these. */
    void requireKnown(String key, Map<String, Long> splitCounts) {
        Map<String, Long> unknown = new TreeMap<>(splitCounts);
        unknown.keySet().removeAll(labels.names());
        if (!unknown.isEmpty()) {
            String shown = labels.size() <= SHOWN
                    ? labels.names().toString()
                    : labels.names().subList(0, SHOWN) + " and " + (labels.size() - SHOWN) + " more";
            throw WeftException.invalidData(
                    key + " has labels that are not among those to learn: " + unknown + " (label=rows), known are "
                            + shown,
                    "mend the rows, give training rows of these labels, or name all labels in finetune.labels");
        }
    }
}
