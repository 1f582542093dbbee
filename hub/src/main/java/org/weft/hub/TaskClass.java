package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.model.HubTable;

/**
 * Hugging Face's class of a model: what config.json says of its head and its labels, and what its tensors are called, which
 * for some heads are others than those of the family's other models.
 *
 * @param task that the head is of; {@link TaskName#NONE} where tokens are predicted
 */
record TaskClass(HubTable family, TaskName task) {
    private static final String PROBLEM_TYPE = "problem_type";
    private static final String ID2LABEL = "id2label";
    private static final String LABEL2ID = "label2id";
    private static final String SINGLE_LABEL = "single_label_classification";
    private static final String MULTI_LABEL = "multi_label_classification";
    private static final String REGRESSION = "regression";

    /** What {@code transformers} takes where no labels are named. */
    private static final int LABELS = 2;

    /** Weft's names of heads' linear layers, which are Hugging Face's, too. */
    private static final Pattern HEAD = Pattern.compile("^(?:score|pre_classifier|classifier|qa_outputs)\\.");

    private static final Pattern OUTPUT =
            Pattern.compile("(?:score|classifier|classifier\\.out_proj|qa_outputs)\\.(?:weight|bias)");

    private static final String TOKEN_HEAD = "classifier.";
    private static final String SPAN_HEAD = "qa_outputs.";

    /** Values of {@link HubTable#poolingKey}. */
    private static final String FIRST = "cls";

    private static final String MEAN = "mean";

    /** Older files of question answerers have this in place of the family's own. */
    private static final String SPAN_BASE = "transformer.";

    /** The class that a run's model is exported as. */
    static TaskClass of(HubTable family, WeftConfig config) {
        TaskName task = config.finetune().task();
        return new TaskClass(family, task.head() == HeadKind.LANGUAGE ? TaskName.NONE : task);
    }

    /** The class that config.json names; of a wrong {@code problem_type} {@link #read} says so. */
    static TaskClass of(HubTable family, JsonNode config) {
        String name = config.path("architectures").path(0).asText("");
        String task = HubTable.TUNED.stream()
                .filter(each -> family.taskClass(each).equals(name))
                .findFirst()
                .orElse("");
        return new TaskClass(
                family,
                switch (task) {
                    case HubTable.SEQUENCES ->
                        switch (problemType(config)) {
                            case MULTI_LABEL -> TaskName.MULTILABEL;
                            case REGRESSION -> TaskName.REGRESSION;
                            default -> TaskName.CLASSIFICATION;
                        };
                    case HubTable.TOKENS -> TaskName.TOKENS;
                    case HubTable.SPANS -> TaskName.QA;
                    default -> TaskName.NONE;
                });
    }

    /** What {@code transformers} takes where nothing is said: a single output is a number. */
    private static String problemType(JsonNode config) {
        return config.path(PROBLEM_TYPE).asText(outputs(config) == 1 ? REGRESSION : SINGLE_LABEL);
    }

    private static int outputs(JsonNode config) {
        return Json.isGiven(config.path(ID2LABEL))
                ? config.path(ID2LABEL).size()
                : config.path("num_labels").asInt(LABELS);
    }

    /** Whether a tensor is of the layer that gives a head's outputs, of which a row is one of them. */
    static boolean isOutput(String name) {
        return OUTPUT.matcher(name).matches();
    }

    /** Whether a tensor is of a task's head. */
    static boolean isHead(String name) {
        return HEAD.matcher(name).find();
    }

    /** Whether a tensor is of what a model of this class has no place for: what predicts tokens, or a head where vectors do. */
    boolean drops(String name) {
        return task == TaskName.EMBEDDING && isHead(name) || !known(family).has(task.head(), name);
    }

    /** The family whose table it is: both have one name. */
    static Family known(HubTable table) {
        return Family.families().stream()
                .filter(known -> known.name().equals(table.modelType()))
                .findFirst()
                .orElseThrow();
    }

    /** As config.json has it. */
    String name(ModelConfig model) {
        return switch (task.head()) {
            case CLASSES, BITS, VALUES -> family.taskClass(HubTable.SEQUENCES);
            case TOKEN_CLASSES -> family.taskClass(HubTable.TOKENS);
            case SPAN -> family.taskClass(HubTable.SPANS);
            case EMBEDDING -> family.bodyClass();
            case LANGUAGE -> family.architectureOf(model);
        };
    }

    /** Whether {@code transformers} has this class. */
    boolean isKnownElsewhere(ModelConfig model) {
        return family.tasksWithoutClass().stream().noneMatch(name(model)::endsWith);
    }

    /** What Weft calls the head's linear layer where a class may have a name of its own for it. */
    private String ours() {
        return task == TaskName.QA ? SPAN_HEAD : TOKEN_HEAD;
    }

    /** And what the class calls it. */
    private String theirs() {
        return switch (task) {
            case TOKENS -> family.tokenHead() + ".";
            case QA -> family.spanHead() + ".";
            default -> TOKEN_HEAD;
        };
    }

    private static String renamed(String name, String from, String to) {
        return name.startsWith(from) ? to + name.substring(from.length()) : name;
    }

    /** A file's name in the layout's form. */
    String toLayout(String foreign) {
        if (task == TaskName.NONE) {
            return family.toLayout(foreign);
        }
        if (HEAD.matcher(foreign).find()) {
            return renamed(foreign, theirs(), ours());
        }
        return task == TaskName.QA && foreign.startsWith(SPAN_BASE)
                ? family.toLayout(family.names().base() + foreign.substring(SPAN_BASE.length()))
                : family.toLayout(foreign);
    }

    /** A parameter's name in a file of a model of this class. */
    String toForeign(String parameter) {
        if (HEAD.matcher(parameter).find()) {
            return renamed(parameter, ours(), theirs());
        }
        String foreign = family.toForeign(parameter);
        String base = family.names().base();
        return task == TaskName.QA && foreign.startsWith(base)
                ? family.spanBase() + foreign.substring(base.length())
                : foreign;
    }

    /**
     * Section finetune of what config.json says; empty where tokens are predicted.
     *
     * @param from where the model lies
     * @param problems takes what Weft cannot do
     * @param notices takes what is not taken over
     */
    ObjectNode read(JsonNode config, String from, List<String> problems, List<String> notices) {
        ObjectNode tuning = JsonNodeFactory.instance.objectNode();
        if (task == TaskName.NONE) {
            return tuning;
        }
        tuning.put("task", task.word()).put("from", from);
        List<String> types = List.of(SINGLE_LABEL, MULTI_LABEL, REGRESSION);
        if (task.head().ofSequence() && !types.contains(problemType(config))) {
            problems.add(PROBLEM_TYPE + "=" + problemType(config) + " is not one that Weft has: "
                    + String.join(", ", types));
        }
        if (task.head().ofSequence()) {
            family.poolingKey().ifPresent(key -> pooling(config.path(key), key, problems)
                    .ifPresent(pooling -> tuning.put("pooling", pooling)));
        }
        switch (task.head()) {
            case CLASSES, BITS, TOKEN_CLASSES ->
                labels(config, problems, notices).forEach(tuning.putArray("labels")::add);
            case VALUES -> {
                if (outputs(config) != 1) {
                    problems.add(PROBLEM_TYPE + "=" + REGRESSION + " of " + outputs(config)
                            + " outputs is not one that Weft has: it predicts one number");
                }
            }
            default -> {}
        }
        return tuning;
    }

    /** What a class for sequences of this family pools over a base; AUTO where no key of its config.json says so. */
    static Pooling poolingOf(HubTable family, JsonNode config) {
        return family.poolingKey()
                .map(key -> config.path(key).asText().equals(MEAN) ? Pooling.MEAN : Pooling.FIRST)
                .orElse(Pooling.AUTO);
    }

    /** {@code finetune.pooling} where it is not the first token. */
    private static Optional<String> pooling(JsonNode said, String key, List<String> problems) {
        if (Json.isGiven(said) && !said.asText().equals(FIRST) && !said.asText().equals(MEAN)) {
            problems.add(
                    key + "=" + said.asText(said.toString()) + " is not one that Weft has: " + FIRST + ", " + MEAN);
        }
        return said.asText().equals(MEAN) ? Optional.of(MEAN) : Optional.empty();
    }

    private static List<String> labels(JsonNode config, List<String> problems, List<String> notices) {
        JsonNode named = config.path(ID2LABEL);
        Set<String> labels = new LinkedHashSet<>();
        for (int id = 0; id < outputs(config); id++) {
            JsonNode label = Json.isGiven(named)
                    ? named.path(Integer.toString(id))
                    : JsonNodeFactory.instance.textNode("LABEL_" + id);
            if (!label.isTextual()) {
                problems.add(ID2LABEL + "=" + named + " has no text for " + id + " of " + outputs(config) + " outputs");
                return List.of();
            }
            if (!labels.add(label.asText())) {
                problems.add(ID2LABEL + " has the label " + label + " twice");
                return List.of();
            }
        }
        config.path(LABEL2ID).fields().forEachRemaining(entry -> {
            String other = named.path(entry.getValue().asText()).asText();
            if (Json.isGiven(named) && !other.equals(entry.getKey())) {
                notices.add("config.json: " + LABEL2ID + " has " + entry.getKey() + "=" + entry.getValue() + ", "
                        + ID2LABEL + " has " + other + " there, which is taken");
            }
        });
        return List.copyOf(labels);
    }

    /** Adds the labels, and how Hugging Face is to read the outputs. */
    static void write(HubTable family, FinetuneConfig tuning, ObjectNode json) {
        HeadKind head = tuning.task().head();
        if (head.ofSequence() && head.layered() && family.poolingKey().isPresent()) {
            if (tuning.pooling() == Pooling.LAST) {
                throw WeftException.usage(
                        "finetune.pooling=last: " + family.taskClass(HubTable.SEQUENCES)
                                + " of transformers pools the first token or the mean",
                        "tune with finetune.pooling first or mean what is to be exported");
            }
            json.put(family.poolingKey().get(), tuning.pooling() == Pooling.MEAN ? MEAN : FIRST);
        }
        if (head == HeadKind.LANGUAGE || head == HeadKind.SPAN || head == HeadKind.EMBEDDING) {
            return;
        }
        List<String> labels = head == HeadKind.VALUES ? List.of("LABEL_0") : tuning.labels();
        ObjectNode names = json.putObject(ID2LABEL);
        ObjectNode ids = json.putObject(LABEL2ID);
        for (int id = 0; id < labels.size(); id++) {
            names.put(Integer.toString(id), labels.get(id));
            ids.put(labels.get(id), id);
        }
        switch (head) {
            case CLASSES -> json.put(PROBLEM_TYPE, SINGLE_LABEL);
            case BITS -> json.put(PROBLEM_TYPE, MULTI_LABEL);
            case VALUES -> json.put(PROBLEM_TYPE, REGRESSION);
            default -> {}
        }
    }
}
