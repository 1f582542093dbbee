package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;

/** A model family on the Hugging Face hub: what config.json and the tensors are called there, and what they are in Weft. */
public interface HubTable {
    String SEQUENCES = "ForSequenceClassification";
    String TOKENS = "ForTokenClassification";
    String SPANS = "ForQuestionAnswering";

    /** What the names of classes end with that are fine-tuned. */
    List<String> TUNED = List.of(SEQUENCES, TOKENS, SPANS);

    /** Of every family that is there. */
    static List<HubTable> all() {
        return Family.families().stream().map(Family::hub).toList();
    }

    /**
     * A key whose value Weft takes over.
     *
     * @param foreign its names in config.json: the first that is there is read, all are written
     * @param weft its name in the model section
     * @param fallback what Hugging Face takes where the key is missing; null where it must be there
     */
    record ConfigKey(List<String> foreign, String weft, Object fallback) {
        public static ConfigKey required(String foreign, String weft) {
            return new ConfigKey(List.of(foreign), weft, null);
        }

        public static ConfigKey of(String foreign, String weft, Object fallback) {
            return new ConfigKey(List.of(foreign), weft, fallback);
        }
    }

    /**
     * A setting that Weft has in one way only.
     *
     * @param allowed values that mean that way; the first is written, and stands for a missing key. Where there is none,
     *     the key is null
     */
    record Setting(String foreign, List<Object> allowed) {
        public static Setting of(String foreign, Object... allowed) {
            return new Setting(foreign, List.of(allowed));
        }

        /** One that is null, or not there. */
        public static Setting off(String foreign) {
            return new Setting(foreign, List.of());
        }
    }

    /**
     * How tensors are named.
     *
     * @param base what the names of the model without its heads begin with, in files of a whole model
     * @param layout what they begin with in Weft's layout
     * @param heads what the names of heads begin with, everywhere: one of these
     * @param unused buffers, by their names in the layout's form: what they hold follows from the configuration
     * @param copies tensors that say once more what a parameter says which is tied to them, with that parameter, both by
     *     their names in the layout's form; a file may have either or both
     */
    record Names(String base, String layout, List<String> heads, Pattern unused, Map<String, String> copies) {
        private static final Pattern TASK_HEADS = Pattern.compile("^(?:score|pre_classifier|classifier|qa_outputs)\\.");

        /** Of a family all of whose heads' names begin alike. */
        public Names(String base, String layout, String heads, Pattern unused, Map<String, String> copies) {
            this(base, layout, List.of(heads), unused, copies);
        }

        private boolean isHead(String name) {
            return heads.stream().anyMatch(name::startsWith);
        }

        /** A file's name in the layout's form. */
        public String toLayout(String foreign) {
            if (isHead(foreign)) {
                return foreign;
            }
            return layout + (foreign.startsWith(base) ? foreign.substring(base.length()) : foreign);
        }

        /** A parameter's name in a file of a whole model. */
        public String toForeign(String parameter) {
            return isHead(parameter) || TASK_HEADS.matcher(parameter).find()
                    ? parameter
                    : base + parameter.substring(layout.length());
        }
    }

    /** {@code model_type}, and {@code model.architecture} in Weft. */
    String modelType();

    /** Classes whose files can be read; the one that predicts tokens comes first. */
    List<String> architectures();

    List<ConfigKey> keys();

    List<Setting> settings();

    /** Keys that {@link #read} takes, beside those of the table. */
    default Set<String> special() {
        return Set.of();
    }

    /** Keys that change nothing that Weft computes, beside those that any family may have. */
    default Set<String> ignored() {
        return Set.of();
    }

    Names names();

    /** The class that a model is exported as which predicts tokens. */
    default String architectureOf(ModelConfig model) {
        return architectures().get(0);
    }

    /** What the names of the classes begin with that are fine-tuned. */
    String classPrefix();

    /** The class of a task's head, which ends with the task: {@code ForSequenceClassification}, say. */
    default String taskClass(String task) {
        return classPrefix() + task;
    }

    /** The class of a model without any head. */
    default String bodyClass() {
        return classPrefix() + "Model";
    }

    /** Of the tasks that other families have a class for, those that {@code transformers} has none for. */
    default Set<String> tasksWithoutClass() {
        return Set.of();
    }

    /** What {@code …ForTokenClassification} calls its linear layer. */
    default String tokenHead() {
        return "classifier";
    }

    /** What {@code …ForQuestionAnswering} calls its linear layer. */
    default String spanHead() {
        return "qa_outputs";
    }

    /** The key of {@code …ForSequenceClassification} that says what stands for a sequence: {@code cls} or {@code mean}. */
    default Optional<String> poolingKey() {
        return Optional.empty();
    }

    /** What the names of the model's tensors begin with in {@code …ForQuestionAnswering}. */
    default String spanBase() {
        return names().base();
    }

    /** Whether files of a class can be read: one of the family's, one without a head, or one that is fine-tuned. */
    default boolean reads(String architecture) {
        return architectures().contains(architecture)
                || architecture.equals(bodyClass())
                || TUNED.stream().anyMatch(task -> architecture.equals(taskClass(task)));
    }

    /** A tensor's name in the layout's form. */
    default String toLayout(String foreign) {
        return names().toLayout(foreign);
    }

    /** A parameter's name in a file of a whole model. */
    default String toForeign(String parameter) {
        return names().toForeign(parameter);
    }

    /** What the names of parameters begin with, one of these, that start anew where a file has none of them. */
    default List<String> freshWhereAbsent() {
        return List.of();
    }

    /** Parts of tokens whose ids config.json has, beside those that begin and end a text and fill it up: {@code cls}, say. */
    default List<String> tokenIds() {
        return List.of();
    }

    /** What the names of tensors begin with that are left out, and said to be, where the layout has no place for them. */
    default Optional<String> leftOut() {
        return Optional.empty();
    }

    /**
     * Reads what is more than a row of the table.
     *
     * @param tensors names in the layout's form
     * @param model takes keys of Weft's model section
     * @param problems takes what Weft cannot do, by name and value
     */
    default void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {}

    /** Writes what is more than a row of the table. */
    default void write(ModelConfig model, ObjectNode config) {}

    /**
     * The family that config.json names.
     *
     * @throws WeftException where it is none of Weft's
     */
    static HubTable of(JsonNode config, String path) {
        JsonNode classes = config.path("architectures");
        if (Json.isGiven(classes) && !classes.isArray()) {
            throw WeftException.invalidData(
                    path + ": architectures=" + classes + " is no array of names", "mend config.json");
        }
        String type = config.path("model_type").asText("");
        String architecture = classes.path(0).asText("");
        for (HubTable family : all()) {
            boolean typed = type.isEmpty() || type.equals(family.modelType());
            boolean named = architecture.isEmpty() || family.reads(architecture);
            if (typed && named && !(type.isEmpty() && architecture.isEmpty())) {
                return family;
            }
        }
        List<String> known = all().stream()
                .flatMap(family -> family.architectures().stream())
                .toList();
        throw WeftException.invalidData(
                path + ": architecture " + (architecture.isEmpty() ? "(none named)" : architecture) + " of model_type "
                        + (type.isEmpty() ? "(none named)" : type) + " is not one that Weft reads",
                "Weft reads " + String.join(", ", known));
    }
}
