package org.weft.tuning.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.weft.core.config.Suggestion;

/**
 * The keys of one mapping of a suite's YAML. What is wrong is noted with the mapping's name, the key and the value, and
 * something harmless is read instead, so that a user sees all of it at once. Owned by one thread.
 */
final class TaskKeys {
    private final String where;
    private final ObjectNode node;
    private final List<String> problems;

    /** @param where named before each key, such as "task sums: "; may be empty */
    TaskKeys(String where, ObjectNode node, List<String> problems) {
        this.where = where;
        this.node = node;
        this.problems = problems;
    }

    /** Notes a problem. */
    void problem(String key, String what) {
        problems.add(where + key + " " + what);
    }

    /** Whether a key says anything. */
    boolean has(String key) {
        return node.hasNonNull(key);
    }

    JsonNode get(String key) {
        return node.path(key);
    }

    /**
     * Notes every key that is not known, and that is known but has no meaning here.
     *
     * @param refused keys of the harness that are not honoured, each with what to do instead
     */
    void only(List<String> known, Map<String, String> refused) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String key = entry.getKey();
            if (known.contains(key) || refused.containsKey(key) && isOff(entry.getValue())) {
                continue;
            }
            problem(
                    key,
                    refused.containsKey(key)
                            ? "is not supported: " + refused.get(key)
                            : "is not a key of a task" + Suggestion.near(known, key));
        }
    }

    private static boolean isOff(JsonNode value) {
        return value.isNull() || value.isBoolean() && !value.asBoolean();
    }

    /** A text; of an absent key the default. */
    String text(String key, String absent) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isTextual()) {
            problem(key, "must be a text, but is " + value);
            return absent;
        }
        return value.asText();
    }

    /** A template; of an absent key one of the default. */
    DocTemplate template(String key, String absent) {
        DocTemplate template = new DocTemplate(key, number(key).orElseGet(() -> text(key, absent)));
        String problem = template.problem();
        if (problem != null) {
            problem(key, problem);
        }
        return template;
    }

    /** A whole number stands for itself, as {@code doc_to_target: 0} does. */
    private Optional<String> number(String key) {
        return node.path(key).isIntegralNumber() ? Optional.of(node.path(key).asText()) : Optional.empty();
    }

    /** A whole number from 0. */
    int count(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (!value.isIntegralNumber() || value.asLong() < 0 || value.asLong() > 1000) {
            problem(key, "must be a whole number from 0 to 1000, but is " + value);
            return 0;
        }
        return value.asInt();
    }

    /** A mapping's own keys; none where the key is absent. */
    TaskKeys within(String key) {
        JsonNode value = node.path(key);
        if (value instanceof ObjectNode object) {
            return new TaskKeys(where + key + ".", object, problems);
        }
        if (has(key)) {
            problem(key, "must be a mapping, but is " + value);
        }
        return new TaskKeys(where + key + ".", node.objectNode(), problems);
    }

    /** One text, or several. */
    List<String> texts(String key) {
        return texts(key, node.path(key));
    }

    private List<String> texts(String key, JsonNode value) {
        List<String> texts = new ArrayList<>();
        for (JsonNode one : value.isArray() ? value : List.of(value)) {
            if (!one.isTextual()) {
                problem(key, "must have texts, in quotes where YAML reads something else, but has " + one);
                return List.of();
            }
            texts.add(one.asText());
        }
        return texts;
    }

    /** The values of a mapping or of an array, which are texts. */
    List<String> values(String key) {
        List<String> texts = new ArrayList<>();
        node.path(key).forEach(value -> texts.addAll(texts(key, value)));
        return texts;
    }

    /** Its keys, for errors. */
    String names() {
        return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    }
}
