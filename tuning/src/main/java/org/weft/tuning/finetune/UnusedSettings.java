package org.weft.tuning.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.ChatTemplateName;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.HeadKind;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.task.Task;

/** Settings of a fine-tuning that someone changed, and that change nothing beside the others: each is said by name. */
final class UnusedSettings {
    private final JsonNode tree;
    private final JsonNode defaults = ConfigLoader.toTree(WeftConfig.defaults());
    private final List<String> found = new ArrayList<>();

    private UnusedSettings(WeftConfig config) {
        this.tree = ConfigLoader.toTree(config);
    }

    /** A line for each. */
    static List<String> of(WeftConfig config) {
        UnusedSettings unused = new UnusedSettings(config);
        unused.learning(config);
        unused.evaluation(config);
        unused.columns(config);
        unused.corpus();
        return unused.found;
    }

    private void learning(WeftConfig config) {
        FinetuneConfig tuning = config.finetune();
        HeadKind head = tuning.task().head();
        String task = "finetune.task=" + tuning.task().word();
        unless(Task.of(config).hasLabels(), task + " has none", "finetune.labels");
        String method = "finetune.method=" + tuning.method().word();
        unless(tuning.lora(), method, "finetune.lora_rank", "finetune.lora_alpha", "finetune.lora_targets");
        unless(!tuning.lora(), method, "finetune.frozen_layers", "finetune.layer_decay");
        unless(head.exclusive(), task, "finetune.class_weights");
        boolean preference = tuning.task() == TaskName.PREFERENCE;
        unless(head.exclusive() || preference, task, "finetune.label_smoothing");
        unless(preference, task, "finetune.preference_loss", "finetune.preference_beta");
        unless(head.ofSequence(), task, "finetune.pooling");
        unless(head.layered(), task + " has no new head", "finetune.head_dropout");
        boolean vectors = head == HeadKind.EMBEDDING;
        unless(vectors, task, "finetune.similarity_scale", "finetune.symmetric", "finetune.normalize");
        boolean chats = tuning.task().converses();
        unless(chats, task, "finetune.chat_template");
        unless(tuning.task() == TaskName.INSTRUCTION, task, "dataset.mask_history");
        String architecture = "model.architecture=" + config.model().architecture() + " reads no conversations";
        boolean instructed =
                tuning.task() == TaskName.INSTRUCTION && config.model().encodesSource();
        unless(!instructed, architecture, "dataset.mask_history");
        boolean labelled = tuning.task() == TaskName.CLASSIFICATION || tuning.task() == TaskName.MULTILABEL;
        unless(labelled, task, "dataset.positive_label");
        boolean grouped = !config.dataset().groupColumn().isEmpty();
        unless(grouped || !labelled, "dataset.group_column is not set", "dataset.positive_label");
        unless(tuning.task() == TaskName.QA, task, "dataset.doc_stride", "dataset.unanswerable");
        boolean own = tuning.chatTemplate() == ChatTemplateName.MODEL;
        String template = "finetune.chat_template=" + tuning.chatTemplate().word();
        unless(chats && own, template, "finetune.jinja");
        unless(chats && (own || tuning.chatTemplate() == ChatTemplateName.AUTO), template, "finetune.chat_date");
        unless(
                tuning.epochs() == 0,
                "finetune.epochs=" + tuning.epochs() + " decides, unless it is 0",
                "training.steps");
    }

    /** What is said of a corpus's documents. */
    private void corpus() {
        unless(
                false,
                "each row is a sequence of its own",
                "training.packing",
                "training.document_attention",
                "training.curriculum");
    }

    private void evaluation(WeftConfig config) {
        DatasetConfig dataset = config.dataset();
        boolean given = !dataset.validation().isEmpty();
        boolean validates = given || dataset.folds() > 0 || dataset.validationFraction() > 0;
        String why = validates ? "training.eval_every=0" : "there are no validation rows";
        unless(validates && config.training().evalEvery() > 0, why, "finetune.metric", "finetune.patience");
        unless(!given, "dataset.validation is given", "dataset.validation_fraction");
    }

    /** Names of columns that the task does not read. */
    private void columns(WeftConfig config) {
        List<String> read = Task.of(config).columns();
        tree.path("dataset").fields().forEachRemaining(setting -> {
            String key = setting.getKey();
            String name = setting.getValue().asText();
            boolean column =
                    key.endsWith("_column") && !key.equals("group_column") && !name.isEmpty(); // else none is named
            if (column && !read.contains(name)) {
                unless(false, "finetune.task=" + config.finetune().task().word(), "dataset." + key);
            }
        });
    }

    private void unless(boolean used, String why, String... keys) {
        for (String key : keys) {
            JsonNode value = at(tree, key);
            if (!used && !value.equals(at(defaults, key))) {
                found.add(key + "=" + (value.isTextual() ? value.asText() : value) + " changes nothing: " + why);
            }
        }
    }

    private static JsonNode at(JsonNode tree, String key) {
        return tree.at("/" + key.replace('.', '/'));
    }
}
