package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.HubTable;

/**
 * Between config.json and Weft's model section, by a family's table.
 *
 * @param model Weft's model section, with the keys that a user writes
 * @param vocabSize V
 * @param finetune what Weft's section of that name says of the head; empty where tokens are predicted
 * @param dataset what Weft's section of that name says of rows; empty where there is nothing to say
 * @param notices what a person should know of how it was read
 */
record HuggingFaceConfig(
        ObjectNode model, int vocabSize, ObjectNode finetune, ObjectNode dataset, List<String> notices) {
    static final String FILE = "config.json";

    private static final String VOCAB_SIZE = "vocab_size";
    private static final double INITIALIZER_RANGE = 0.02;

    /**
     * @param path of config.json, for errors
     * @param tensors names of the model's tensors in the layout's form
     * @throws WeftException that names every setting that Weft does not have
     */
    static HuggingFaceConfig read(HubTable family, JsonNode config, Set<String> tensors, String path) {
        ObjectNode model = JsonNodeFactory.instance.objectNode().put("architecture", family.modelType());
        List<String> problems = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        for (HubTable.ConfigKey key : family.keys()) {
            readKey(config, key, model, problems, notices);
        }
        for (HubTable.Setting setting : family.settings()) {
            JsonNode value = config.path(setting.foreign());
            if (Json.isGiven(value) && setting.allowed().stream().noneMatch(allowed -> same(value, allowed))) {
                problems.add(setting.foreign() + "=" + value.asText(value.toString()) + " is not one that Weft has: "
                        + (setting.allowed().isEmpty() ? "null" : joined(setting.allowed())));
            }
        }
        HubQuantization.read(config, problems);
        family.read(config, tensors, model, problems);
        KnownKeys.refuseOthers(family, config, problems);
        JsonNode vocabSize = config.path(VOCAB_SIZE);
        if (!vocabSize.canConvertToInt() || vocabSize.asInt() < 1) {
            problems.add(VOCAB_SIZE + "=" + (Json.isGiven(vocabSize) ? vocabSize : "(missing)")
                    + " is no vocabulary's size");
        }
        String directory = path.replaceFirst("/[^/]*$", "");
        TaskClass kind = TaskClass.of(family, config);
        ObjectNode finetune = kind.read(config, directory, problems, notices);
        ObjectNode dataset =
                RowReading.read(config, kind.task(), model.path("context").asInt(), problems);
        throwIfAny(path, problems);
        return new HuggingFaceConfig(model, vocabSize.asInt(), finetune, dataset, List.copyOf(notices));
    }

    private static void readKey(
            JsonNode config, HubTable.ConfigKey key, ObjectNode model, List<String> problems, List<String> notices) {
        List<String> present = key.foreign().stream()
                .filter(name -> Json.isGiven(config.path(name)))
                .toList();
        if (present.isEmpty()) {
            if (key.fallback() == null) {
                problems.add(key.foreign().get(0) + " is missing");
            } else {
                model.set(key.weft(), Json.MAPPER.valueToTree(key.fallback()));
            }
            return;
        }
        for (String name : present) {
            if (!fits(config.path(name), typeOf(key.weft()))) {
                problems.add(name + "=" + config.path(name) + " is not " + described(typeOf(key.weft())));
            }
        }
        JsonNode taken = config.path(present.get(0));
        model.set(key.weft(), taken);
        for (String other : present) {
            if (!config.path(other).equals(taken)) {
                notices.add(FILE + ": " + present.get(0) + "=" + taken + " becomes model." + key.weft() + ", " + other
                        + "=" + config.path(other) + " is not taken over");
            }
        }
    }

    /** Type of a key of Weft's model section. */
    private static Class<?> typeOf(String weft) {
        return Arrays.stream(ModelConfig.class.getRecordComponents())
                .filter(component -> component.getName().equalsIgnoreCase(weft.replace("_", "")))
                .map(RecordComponent::getType)
                .findFirst()
                .orElseThrow();
    }

    private static boolean fits(JsonNode value, Class<?> type) {
        return type == boolean.class
                ? value.isBoolean()
                : type == int.class ? value.isIntegralNumber() && value.canConvertToInt() : value.isNumber();
    }

    private static String described(Class<?> type) {
        return type == boolean.class ? "true or false" : type == int.class ? "a whole number" : "a number";
    }

    private static void throwIfAny(String path, List<String> problems) {
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    problems.size() == 1
                            ? path + ": " + problems.get(0)
                            : path + ": " + problems.size() + " problems\n  - " + String.join("\n  - ", problems),
                    "mend config.json where it is wrong; where it is right, Weft does not compute such a model: docs/formats.md has what"
                            + " is read");
        }
    }

    /**
     * The configuration of a run that holds this model.
     *
     * @param runDir where the run will be
     * @param tokenizer path of its tokenizer.json, or empty
     */
    WeftConfig toWeft(String runDir, String tokenizer, String path) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        String name = runDir.replaceFirst("/+$", "");
        root.putObject("run")
                .put("name", name.substring(name.lastIndexOf('/') + 1))
                .put("dir", runDir);
        if (!tokenizer.isEmpty()) {
            root.putObject("tokenizer").put("kind", "file").put("file", tokenizer);
        }
        root.set("model", model);
        if (!finetune.isEmpty()) {
            root.set("finetune", finetune);
        }
        root.set("dataset", dataset);
        try {
            return ConfigLoader.fromTree(path, root);
        } catch (WeftException e) {
            throw WeftException.invalidData(e.getMessage(), "as config.json says it, this is no model of Weft's");
        }
    }

    /** config.json of one of Weft's models; what depends on the tokenizer is the caller's. */
    static ObjectNode write(HubTable family, WeftConfig config, int vocabSize) {
        ModelConfig model = config.model();
        ObjectNode effective = ConfigLoader.toTree(config).path("model").deepCopy();
        effective.put("kv_heads", model.keyValueHeads());
        effective.put("mlp_width", model.hiddenWidth());
        effective.put("norm_epsilon", model.epsilon());
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("architectures").add(TaskClass.of(family, config).name(model));
        json.put("model_type", family.modelType());
        json.put(VOCAB_SIZE, vocabSize);
        for (HubTable.ConfigKey key : family.keys()) {
            key.foreign().forEach(name -> json.set(name, effective.path(key.weft())));
        }
        for (HubTable.Setting setting : family.settings()) {
            json.set(
                    setting.foreign(),
                    Json.MAPPER.valueToTree(
                            setting.allowed().isEmpty()
                                    ? null
                                    : setting.allowed().get(0)));
        }
        family.write(model, json);
        TaskClass.write(family, config.finetune(), json);
        RowReading.write(config, json);
        json.put("initializer_range", INITIALIZER_RANGE);
        json.put("use_cache", true);
        return json;
    }

    private static boolean same(JsonNode value, Object allowed) {
        if (allowed instanceof Number number) {
            return value.isNumber() && value.doubleValue() == number.doubleValue();
        }
        return value.equals(Json.MAPPER.valueToTree(allowed));
    }

    private static String joined(List<Object> allowed) {
        return String.join(", ", allowed.stream().map(String::valueOf).toList());
    }
}
