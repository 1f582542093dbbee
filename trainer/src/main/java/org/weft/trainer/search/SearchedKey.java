package org.weft.trainer.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.WeftException;

/**
 * A key of the configuration and what it may be in a trial.
 *
 * @param values one after the other, as they are written; empty of a range
 * @param range null of values
 */
public record SearchedKey(String name, List<String> values, NumberRange range) {
    /** Sections of which trials may differ. */
    private static final Set<String> SEARCHED =
            Set.of("model", "training", "sync", "dataset", "finetune", "distillation");

    private static final String WHERE = "it says where or how a trial runs, not what it learns";
    private static final String ONE_CORPUS = "all trials learn from one corpus";
    private static final String JUDGED = "trials are judged by it, on the same rows";
    private static final String ONE_MODEL = "all trials learn one task, from one model";

    private static final Map<String, String> SECTIONS = Map.of(
            "run", WHERE,
            "cluster", WHERE,
            "servers", WHERE,
            "checkpoint", WHERE,
            "monitoring", WHERE,
            "corpus", ONE_CORPUS,
            "tokenizer", ONE_CORPUS,
            "privacy", "models would be trained under one secret");

    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("training.eval_every", JUDGED),
            Map.entry("training.eval_batches", JUDGED),
            Map.entry("finetune.metric", JUDGED),
            Map.entry("finetune.eval_batches", JUDGED),
            Map.entry("dataset.train", JUDGED),
            Map.entry("dataset.validation", JUDGED),
            Map.entry("dataset.validation_fraction", JUDGED),
            Map.entry("dataset.test", JUDGED),
            Map.entry("dataset.folds", JUDGED),
            Map.entry("dataset.fold", JUDGED),
            Map.entry("finetune.task", ONE_MODEL),
            Map.entry("finetune.from", ONE_MODEL),
            Map.entry("distillation.teacher", ONE_MODEL),
            Map.entry("distillation.logits", ONE_MODEL));

    /**
     * @param over {@code section.key=V1,V2,…} or {@code section.key=FROM..TO}
     * @throws WeftException where it is neither, or of a key that trials may not differ in
     */
    static SearchedKey parse(String over) {
        int equals = over.indexOf('=');
        int dot = over.indexOf('.');
        if (dot <= 0 || equals < dot + 2) {
            throw WeftException.usage(
                    "--over " + over + " is not of the form section.key=V1,V2,…",
                    "such as --over training.learning_rate=1e-3,3e-3 or --over training.learning_rate=1e-4..1e-2");
        }
        String name = over.substring(0, equals).strip();
        requireSearched(name, name.substring(0, dot));
        String text = over.substring(equals + 1).strip();
        NumberRange range = NumberRange.parse(name, text);
        if (range != null) {
            return new SearchedKey(name, List.of(), range);
        }
        List<String> values = split(text);
        if (values.stream().anyMatch(String::isEmpty)) {
            throw WeftException.usage(
                    "--over " + over + " has a value that is empty",
                    "write '' for an empty text, or leave a comma out");
        }
        if (values.stream().distinct().count() < values.size()) {
            throw WeftException.usage("--over " + over + " has a value twice", "give each once");
        }
        return new SearchedKey(name, values, null);
    }

    private static void requireSearched(String name, String section) {
        String why = KEYS.getOrDefault(name, SECTIONS.get(section));
        if (why == null && !SEARCHED.contains(section)) {
            why = "there is no section " + section + " that trials could differ in";
        }
        if (why != null) {
            throw WeftException.usage(
                    "--over " + name + ": trials cannot differ in it: " + why,
                    "set it for all of them by --set " + name + "=…; --over takes keys of "
                            + String.join(", ", SEARCHED.stream().sorted().toList()));
        }
    }

    /** At commas that stand in no brackets and no quotes. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        char quote = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if (c == ']' || c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        parts.add(text.substring(from).strip());
        return parts;
    }

    /** A value as it is written. */
    String at(double share) {
        return range == null ? values.get((int) (share * values.size())) : range.at(share);
    }

    /** For people. */
    public String described() {
        return range == null ? String.join(", ", values) : range.described();
    }
}
