package org.weft.tuning.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.ConstructorException;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A suite's YAML: one task, or a group of them.
 *
 * <pre>
 *   task: sums                              group: mine
 *   output_type: multiple_choice            task:
 *   …                                         - {task: sums, output_type: multiple_choice, …}
 *                                             - {task: words, …}
 * </pre>
 */
public final class SuiteFile {
    private static final String HINT = "docs/evaluation.md has every key";

    private static final List<String> GROUP = List.of("group", "group_alias", "task", "tag", "metadata");

    private static final Map<String, String> NOT_OF_GROUPS =
            Map.of("aggregate_metric_list", "each task has its own numbers", "include", "write the keys out");

    private SuiteFile() {}

    /**
     * The tasks, in their order.
     *
     * @param name of the file, for errors
     * @throws WeftException with every problem at once
     */
    public static List<SuiteTask> read(String name, String yaml) {
        JsonNode root = parsed(name, yaml);
        if (!(root instanceof ObjectNode object)) {
            throw WeftException.usage(name + ": not a mapping of a task's keys", HINT);
        }
        List<String> problems = new ArrayList<>();
        List<SuiteTask> tasks = new ArrayList<>();
        for (ObjectNode task : mappings(object, problems)) {
            SuiteTask read = TaskReader.read(task, tasks.size() + 1, problems);
            if (read != null) {
                tasks.add(read);
            }
        }
        Set<String> names = new HashSet<>();
        tasks.stream()
                .filter(task -> !names.add(task.name()))
                .forEach(task -> problems.add("task " + task.name() + " is there twice: its results have one name"));
        if (!problems.isEmpty()) {
            throw WeftException.usage(
                    problems.size() == 1
                            ? name + ": " + problems.get(0)
                            : name + ": " + problems.size() + " problems\n  - " + String.join("\n  - ", problems),
                    HINT);
        }
        return tasks;
    }

    private static List<ObjectNode> mappings(ObjectNode root, List<String> problems) {
        if (!root.path("task").isArray()) {
            return List.of(root);
        }
        new TaskKeys("", root, problems).only(GROUP, NOT_OF_GROUPS);
        List<ObjectNode> tasks = new ArrayList<>();
        for (JsonNode task : root.path("task")) {
            if (task instanceof ObjectNode mapping) {
                tasks.add(mapping);
            } else {
                problems.add("task has " + task + ": a task's keys are expected, for there is no registry of names");
            }
        }
        if (root.path("task").isEmpty()) {
            problems.add("task is empty: a task or more is expected");
        }
        return tasks;
    }

    /** Anchors and merged keys are resolved, and a tag such as {@code !function}, which calls Python, is refused. */
    private static JsonNode parsed(String name, String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            return Json.MAPPER.valueToTree(new Yaml(new SafeConstructor(options)).load(yaml));
        } catch (MarkedYAMLException broken) {
            int line = broken.getProblemMark() == null
                    ? 0
                    : broken.getProblemMark().getLine() + 1;
            boolean tag = broken instanceof ConstructorException
                    && broken.getMessage().contains("tag !");
            throw new WeftException(
                    ExitStatus.USAGE,
                    name + ": line " + line + (tag ? ": " : " is not YAML: ") + broken.getProblem(),
                    tag
                            ? "no Python is run: write the documents as the task needs them, and name their fields"
                            : "mind indentation and quotes",
                    broken);
        } catch (YAMLException broken) {
            throw new WeftException(
                    ExitStatus.USAGE, name + ": " + broken.getMessage(), "mind indentation and quotes", broken);
        }
    }
}
