package org.weft.core.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** Reads a configuration: YAML over the defaults, a later file over an earlier, then {@code --set section.key=value}. */
public final class ConfigLoader {
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private ConfigLoader() {}

    /**
     * One of the texts that make a configuration.
     *
     * @param name where the text comes from, for errors
     * @param yaml may be empty
     */
    public record Source(String name, String yaml) {}

    /**
     * @param source where the text comes from, for errors
     * @param yaml may be empty
     * @param overrides {@code section.key=value}, values written as in YAML
     * @throws WeftException with every problem at once
     */
    public static WeftConfig load(String source, String yaml, List<String> overrides) {
        return load(List.of(new Source(source, yaml)), overrides);
    }

    /**
     * Several texts as one: each key is the last text's that has it.
     *
     * @param overrides {@code section.key=value}, values written as in YAML
     * @throws WeftException with every problem at once
     */
    public static WeftConfig load(List<Source> sources, List<String> overrides) {
        ObjectNode root = YAML.createObjectNode();
        sources.forEach(source -> merge(root, parse(source.name(), source.yaml())));
        String names = sources.stream().map(Source::name).collect(Collectors.joining(", "));
        return bind(names, root, overrides);
    }

    /** One key of several texts and overrides, unchecked; empty where none of them sets it. */
    public static String peek(List<Source> sources, List<String> overrides, String section, String key) {
        ObjectNode root = YAML.createObjectNode();
        sources.forEach(source -> merge(root, parse(source.name(), source.yaml())));
        overrides.forEach(override -> apply(root, override, new Problems()));
        return root.path(section).path(key).asText();
    }

    private static void merge(ObjectNode root, ObjectNode over) {
        for (Map.Entry<String, JsonNode> section : over.properties()) {
            JsonNode before = root.get(section.getKey());
            if (before instanceof ObjectNode keys && section.getValue() instanceof ObjectNode later) {
                keys.setAll(later);
            } else if (before == null || !section.getValue().isNull()) {
                root.set(section.getKey(), section.getValue());
            }
        }
    }

    private static WeftConfig bind(String source, ObjectNode root, List<String> overrides) {
        Problems problems = new Problems();
        overrides.forEach(override -> apply(root, override, problems));
        WeftConfig config = (WeftConfig) RecordBinder.bind(WeftConfig.defaults(), root, "", problems);
        Problems validation = new Problems();
        config.validate(validation);
        problems.addAll(validation);
        problems.throwIfAny(source);
        return config;
    }

    private static ObjectNode parse(String source, String yaml) {
        try {
            JsonNode node = YAML.readTree(yaml);
            if (node == null || node.isMissingNode() || node.isNull()) {
                return YAML.createObjectNode();
            }
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw WeftException.usage(source + ": not a mapping of sections", "see docs/configuration.md");
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new WeftException(
                    ExitStatus.USAGE,
                    source + ": line " + line + " is not YAML: " + e.getOriginalMessage(),
                    "mind indentation and quotes",
                    e);
        }
    }

    private static void apply(ObjectNode root, String override, Problems problems) {
        int equals = override.indexOf('=');
        int dot = override.indexOf('.');
        if (dot <= 0 || equals < dot + 2) {
            problems.add("--set %s is not of the form section.key=value", override);
            return;
        }
        String section = override.substring(0, dot);
        String key = override.substring(dot + 1, equals);
        try {
            JsonNode value = YAML.readTree(override.substring(equals + 1));
            JsonNode existing = root.get(section);
            if (existing != null && !existing.isNull() && !existing.isObject()) {
                return; // Not a section: the binder says so.
            }
            ObjectNode target = existing instanceof ObjectNode object ? object : root.putObject(section);
            target.set(key, value == null || value.isMissingNode() ? target.textNode("") : value);
        } catch (JsonProcessingException e) {
            problems.add("--set %s: the value is not YAML: %s", override, e.getOriginalMessage());
        }
    }

    /** The configuration as YAML, as it is kept beside a run. */
    public static String toYaml(WeftConfig config) {
        try {
            return YAML.writeValueAsString(toTree(config));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The configuration as a tree with the keys that a user writes. */
    public static JsonNode toTree(WeftConfig config) {
        return RecordBinder.toTree(config);
    }

    /** The configuration that a tree of {@link #toTree} stands for. */
    public static WeftConfig fromTree(String source, JsonNode tree) {
        return load(source, tree.toString(), List.of());
    }
}
