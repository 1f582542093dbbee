package org.weft.core.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** Reads a configuration: YAML over the defaults, a later file over an earlier, then {@code --set section.key=value}. */
public final class ConfigLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigLoader.class);

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private static final int SHOWN_CHARACTERS = 80;

    private ConfigLoader() {}

    /**
     * One of the texts that make a configuration.
     *
     * @param name where the text comes from, for errors
     * @param yaml may be empty
     */
    public record Source(String name, String yaml) {}

    /** A text as the value of an override: YAML reads it as it stands. */
    public static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

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
        Problems problems = new Problems();
        ObjectNode root = merged(sources, overrides, problems);
        String names = sources.stream().map(Source::name).distinct().collect(Collectors.joining(", "));
        return bind(names, root, problems, problems.further());
    }

    /**
     * A configuration that Weft wrote itself, as a checkpoint or a run's directory holds it, maybe of another version: keys
     * that were renamed or are gone since are understood, and one that is not known is passed over with a warning. A key
     * that it lacks has today's default, so a new key's default must mean what was done before there was the key; where it
     * cannot, {@link SyncConfig#ofRecord} says what did.
     *
     * @param source where it stands, for errors
     * @throws WeftException where a value cannot be read, or is none that is valid today
     */
    public static WeftConfig recorded(String source, String yaml) {
        Problems problems = Problems.ofRecord();
        ObjectNode root = merged(List.of(new Source(source, yaml)), List.of(), problems);
        if (root.path("sync") instanceof ObjectNode sync) {
            SyncConfig.ofRecord(sync);
        }
        return bind(source, root, problems, problems.further());
    }

    /** As {@link #recorded(String, String)}, of a tree that {@link #toTree} made. */
    public static WeftConfig recorded(String source, JsonNode tree) {
        return recorded(source, tree.toString());
    }

    /**
     * A recorded configuration under what a person says now: a key that nothing heeds is a mistake of theirs alone.
     *
     * @param overrides {@code section.key=value}, values written as in YAML
     * @throws WeftException with every problem at once
     */
    public static WeftConfig recorded(String source, WeftConfig recorded, List<String> overrides) {
        Problems problems = new Problems();
        List<String> said = new ArrayList<>();
        keys("", merged(List.of(), overrides, problems), said);
        ObjectNode root = (ObjectNode) toTree(recorded);
        overrides.forEach(override -> apply(root, override, new Problems())); // what is wrong with it is known
        return bind(source, root, problems, Problems.ofRecord(said));
    }

    /** Full keys of what a tree of sections holds. */
    private static void keys(String section, ObjectNode tree, List<String> into) {
        tree.properties().forEach(key -> {
            if (key.getValue() instanceof ObjectNode within) {
                keys(section + key.getKey() + ".", within, into);
            } else {
                into.add(section + key.getKey());
            }
        });
    }

    /** One key of several texts and overrides, unchecked; empty where none of them sets it. */
    public static String peek(List<Source> sources, List<String> overrides, String section, String key) {
        return merged(sources, overrides, new Problems())
                .path(section)
                .path(key)
                .asText();
    }

    /** One tree with the keys of today. Each text is brought up to date by itself: a later one may use the newer name. */
    private static ObjectNode merged(List<Source> sources, List<String> overrides, Problems problems) {
        ObjectNode root = YAML.createObjectNode();
        for (Source source : sources) {
            ObjectNode over = parse(source.name(), source.yaml());
            KeyMigration.update(over, WeftConfig.class, "", problems);
            merge(root, over);
        }
        overrides.forEach(override -> apply(root, override, problems));
        return root;
    }

    private static void merge(ObjectNode root, ObjectNode over) {
        for (Map.Entry<String, JsonNode> section : over.properties()) {
            JsonNode before = root.get(section.getKey());
            if (before instanceof ObjectNode keys && section.getValue() instanceof ObjectNode later) {
                later.properties().forEach(key -> put(keys, key.getKey(), key.getValue()));
            } else if (before == null || !section.getValue().isNull()) {
                root.set(section.getKey(), section.getValue());
            }
        }
    }

    /** Of a section within a section, too, what is said later changes the keys that it names and no others. */
    private static void put(ObjectNode into, String key, JsonNode value) {
        if (into.get(key) instanceof ObjectNode before && value instanceof ObjectNode later) {
            later.properties().forEach(within -> put(before, within.getKey(), within.getValue()));
        } else {
            into.set(key, value);
        }
    }

    /** @param validation takes what is wrong with values that could be read */
    private static WeftConfig bind(String source, ObjectNode root, Problems problems, Problems validation) {
        WeftConfig config = (WeftConfig) RecordBinder.bind(WeftConfig.defaults(), root, "", problems);
        config.validate(validation);
        problems.addAll(validation);
        problems.throwIfAny(source);
        problems.notices().forEach(notice -> LOG.warn("{}: {}", source, notice));
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

    /** The section of that name within another; null where there is none. */
    private static Class<?> within(Class<?> section, String name) {
        for (RecordComponent component : section.getRecordComponents()) {
            if (RecordBinder.key(component.getName()).equals(name)) {
                return component.getType().isRecord() ? component.getType() : null;
            }
        }
        return null;
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
            ObjectNode over = YAML.createObjectNode();
            ObjectNode keys = over.putObject(section);
            Class<?> at = within(WeftConfig.class, section);
            while (at != null && key.contains(".") && within(at, key.substring(0, key.indexOf('.'))) != null) {
                String inner = key.substring(0, key.indexOf('.'));
                at = within(at, inner);
                keys = keys.putObject(inner);
                key = key.substring(inner.length() + 1);
            }
            keys.set(key, value == null || value.isMissingNode() ? keys.textNode("") : value);
            KeyMigration.update(over, WeftConfig.class, "", problems);
            String named = over.fieldNames().hasNext() ? over.fieldNames().next() : section;
            JsonNode existing = root.get(named);
            if (existing == null || existing.isNull() || existing.isObject()) { // Else the binder says so.
                merge(root, over);
            }
        } catch (JsonProcessingException e) {
            problems.add(
                    "--set %s: the value is not YAML: quote it, --set \"%s='...'\", or write it in the file",
                    beginning(override), override.substring(0, equals));
        }
    }

    /** A line at most: what is set may be a text of many. */
    private static String beginning(String override) {
        String line = override.lines().findFirst().orElse("");
        boolean whole = line.equals(override) && line.length() <= SHOWN_CHARACTERS;
        return whole ? line : line.substring(0, Math.min(line.length(), SHOWN_CHARACTERS)) + "...";
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
