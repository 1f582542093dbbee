package org.weft.tuning.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.weft.core.config.Suggestion;

/** One task's keys, which are lm-evaluation-harness's. A key that would change a number there and is not honoured here is refused. */
final class TaskReader {
    private static final String WRITE_IT = "write the documents as the task needs them";

    /** Those that change nothing of what is computed stand last. */
    private static final List<String> KNOWN = List.of(
            "task",
            "dataset_path",
            "dataset_kwargs",
            "training_split",
            "validation_split",
            "test_split",
            "fewshot_split",
            "output_type",
            "description",
            "doc_to_text",
            "doc_to_target",
            "doc_to_choice",
            "target_delimiter",
            "fewshot_delimiter",
            "num_fewshot",
            "fewshot_config",
            "metric_list",
            "task_alias",
            "tag",
            "metadata");

    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("include", "write the keys out"),
            Map.entry("dataset_name", "documents are files: name them in dataset_kwargs.data_files"),
            Map.entry("custom_dataset", WRITE_IT),
            Map.entry("process_docs", WRITE_IT),
            Map.entry("process_results", "metric_list names what is computed"),
            Map.entry("use_prompt", "write doc_to_text"),
            Map.entry("doc_to_image", "models read text"),
            Map.entry("doc_to_audio", "models read text"),
            Map.entry("unsafe_code", "no code is run"),
            Map.entry("gen_prefix", "write it at the end of doc_to_text"),
            Map.entry("generation_kwargs", "nothing is generated"),
            Map.entry("repeats", "a likelihood is the same each time"),
            Map.entry("filter_list", "likelihoods are not filtered"),
            Map.entry("should_decontaminate", "leave it out; prepare removes evaluations' texts from a corpus"),
            Map.entry("doc_to_decontamination_query", "prepare removes evaluations' texts from a corpus"));

    private static final Map<String, String> REFUSED_OF_SHOTS = Map.of(
            "process_docs", WRITE_IT,
            "fewshot_indices", "make a split of these documents",
            "samples", "make a split of these documents",
            "doc_to_text", "examples look like questions",
            "doc_to_choice", "examples look like questions",
            "doc_to_target", "examples look like questions",
            "gen_prefix", "write it at the end of doc_to_text",
            "fewshot_delimiter", "give it beside fewshot_config",
            "target_delimiter", "give it beside fewshot_config");

    private final TaskKeys keys;
    private final List<String> problems;

    private TaskReader(TaskKeys keys, List<String> problems) {
        this.keys = keys;
        this.problems = problems;
    }

    /**
     * @param number of the task in its file, for one without a name
     * @param problems what is wrong is added to
     * @return null where something is
     */
    static SuiteTask read(ObjectNode node, int number, List<String> problems) {
        int before = problems.size();
        JsonNode named = node.path("task");
        String name = named.isTextual() ? named.asText() : "number " + number;
        TaskKeys keys = new TaskKeys("task " + name + ": ", node, problems);
        if (!named.isTextual() || !name.matches("[\\w.-]+")) {
            keys.problem("task", "must be a name of letters, digits, '_', '-' and '.', but is " + named);
        }
        keys.only(KNOWN, REFUSED);
        SuiteTask task = new TaskReader(keys, problems).task(name);
        return problems.size() == before ? task : null;
    }

    private SuiteTask task(String name) {
        OutputType output = output();
        SuiteTask.Shots shots = shots(output);
        return new SuiteTask(name, files(shots.count() > 0), output, form(output), shots, metrics(output));
    }

    private OutputType output() {
        String word = keys.text("output_type", "generate_until"); // as the harness has it
        return OutputType.of(word).orElseGet(() -> {
            keys.problem(
                    "output_type",
                    word.equals("generate_until")
                            ? "generate_until is not supported: one of " + String.join(", ", OutputType.words())
                                    + " is expected"
                            : word + " is none of " + String.join(", ", OutputType.words())
                                    + Suggestion.near(OutputType.words(), word));
            return OutputType.LOGLIKELIHOOD;
        });
    }

    private SuiteTask.Files files(boolean withShots) {
        String path = keys.text("dataset_path", "");
        if (!path.equals("json")) {
            keys.problem(
                    "dataset_path",
                    "must be json, with the JSONL files in dataset_kwargs.data_files, but is "
                            + (path.isEmpty() ? "missing" : path));
        }
        TaskKeys dataset = keys.within("dataset_kwargs");
        dataset.only(List.of("data_files"), Map.of("trust_remote_code", "no code is run"));
        if (!dataset.has("data_files")) {
            dataset.problem("data_files", "is missing: a path, or paths by split");
            return new SuiteTask.Files(List.of(), List.of());
        }
        String judged = keys.has("test_split") ? "test_split" : "validation_split";
        if (!keys.has(judged)) {
            keys.problem(
                    "test_split", "is missing, and validation_split too: which documents the model is asked about");
        }
        return new SuiteTask.Files(
                filesOf(dataset, judged, keys.text(judged, "")), withShots ? shotFiles(dataset) : List.of());
    }

    private List<String> shotFiles(TaskKeys dataset) {
        TaskKeys config = keys.within("fewshot_config");
        if (config.has("split")) {
            return filesOf(dataset, "fewshot_config.split", config.text("split", ""));
        }
        String key = keys.has("fewshot_split") ? "fewshot_split" : "training_split";
        if (!keys.has(key)) {
            keys.problem("fewshot_split", "is missing, and training_split too: where num_fewshot's examples come from");
            return List.of();
        }
        return filesOf(dataset, key, keys.text(key, ""));
    }

    /** A lone path is the split train, as the library datasets has it. */
    private List<String> filesOf(TaskKeys dataset, String key, String split) {
        if (split.isEmpty()) {
            return List.of();
        }
        boolean bySplit = dataset.get("data_files").isObject();
        TaskKeys files = bySplit ? dataset.within("data_files") : dataset;
        if (bySplit ? !files.has(split) : !split.equals("train")) {
            keys.problem(
                    key,
                    split + " is no split: dataset_kwargs.data_files has " + (bySplit ? files.names() : "train alone"));
            return List.of();
        }
        return files.texts(bySplit ? split : "data_files");
    }

    private SuiteTask.Shots shots(OutputType output) {
        int count = keys.count("num_fewshot");
        TaskKeys config = keys.within("fewshot_config");
        config.only(List.of("sampler", "split"), REFUSED_OF_SHOTS);
        String word = config.text("sampler", "default");
        List<String> known = Arrays.stream(SuiteTask.Sampler.values())
                .map(sampler -> sampler.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!known.contains(word)) {
            config.problem("sampler", word + " is none of " + String.join(", ", known) + Suggestion.near(known, word));
            word = "default";
        }
        if (count > 0 && output == OutputType.LOGLIKELIHOOD_ROLLING) {
            keys.problem("num_fewshot", count + " changes nothing of a loglikelihood_rolling: set it to 0");
        }
        String split = config.text("split", keys.text("fewshot_split", null));
        return new SuiteTask.Shots(
                count,
                SuiteTask.Sampler.valueOf(word.toUpperCase(Locale.ROOT)),
                Objects.equals(split, keys.text("test_split", null)));
    }

    private PromptForm form(OutputType output) {
        boolean rolling = output == OutputType.LOGLIKELIHOOD_ROLLING;
        for (String key : rolling ? List.of("doc_to_text", "description") : List.<String>of()) {
            if (!keys.get(key).asText("").isEmpty()) {
                keys.problem(key, "changes nothing of a loglikelihood_rolling: doc_to_target is the whole text");
            }
        }
        if (!rolling && !keys.has("doc_to_text")) {
            keys.problem("doc_to_text", "is missing: the question, a field's name or a text with {{field}} in it");
        }
        if (!keys.has("doc_to_target")) {
            keys.problem(
                    "doc_to_target", "is missing: the right answer, a field's name or a text with {{field}} in it");
        }
        boolean choosing = output == OutputType.MULTIPLE_CHOICE;
        if (choosing != keys.has("doc_to_choice")) {
            keys.problem(
                    "doc_to_choice",
                    choosing
                            ? "is missing: the answers, a field's name or a list"
                            : "changes nothing of a " + output.word());
        }
        boolean listed = keys.get("doc_to_choice").isContainerNode();
        return new PromptForm(
                keys.template("description", ""),
                keys.template("doc_to_text", ""),
                keys.template("doc_to_target", ""),
                choosing && !listed ? keys.template("doc_to_choice", "") : null,
                listed ? keys.values("doc_to_choice") : List.of(),
                new PromptForm.Delimiters(keys.text("target_delimiter", " "), keys.text("fewshot_delimiter", "\n\n")));
    }

    private List<SuiteMetric> metrics(OutputType output) {
        if (!keys.has("metric_list")) {
            return output.usualMetrics();
        }
        List<SuiteMetric> metrics = new ArrayList<>();
        for (JsonNode entry : keys.get("metric_list")) {
            if (entry instanceof ObjectNode object) {
                metric(
                        output,
                        new TaskKeys("task " + keys.get("task").asText() + ": metric_list: ", object, problems),
                        metrics);
            } else {
                keys.problem("metric_list", "must have mappings such as {metric: acc}, but has " + entry);
            }
        }
        if (metrics.isEmpty()) {
            keys.problem("metric_list", "names no metric");
        }
        return metrics;
    }

    private static void metric(OutputType output, TaskKeys entry, List<SuiteMetric> metrics) {
        List<String> known = output.metrics().stream().map(SuiteMetric::word).toList();
        String word = entry.text("metric", "");
        entry.only(List.of("metric", "aggregation", "higher_is_better"), Map.of("hf_evaluate", "no code is fetched"));
        if (!known.contains(word)) {
            entry.problem(
                    "metric",
                    (word.isEmpty() ? "is missing: " : word + " is none of ") + output.word() + "'s: "
                            + String.join(", ", known) + Suggestion.near(known, word));
            return;
        }
        SuiteMetric metric = SuiteMetric.valueOf(word.toUpperCase(Locale.ROOT));
        String aggregation = entry.text("aggregation", metric.aggregation());
        if (!aggregation.equals(metric.aggregation())) {
            entry.problem("aggregation", aggregation + " of " + word + " must be " + metric.aggregation());
        }
        if (entry.has("higher_is_better")
                && !entry.get("higher_is_better").asText().equals(String.valueOf(metric.higherIsBetter()))) {
            entry.problem("higher_is_better", "of " + word + " must be " + metric.higherIsBetter());
        }
        if (metrics.contains(metric)) {
            entry.problem("metric", word + " is there twice");
        }
        metrics.add(metric);
    }
}
