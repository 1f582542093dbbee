package org.weft.trainer.huggingface;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.HubTable;

/** What config.json says of a fine-tuned model: Hugging Face's class for the task, and the labels. */
final class TaskClass {
    private TaskClass() {}

    /** The class that a run's model is exported as. */
    static String of(HubTable family, WeftConfig config) {
        return switch (config.finetune().task()) {
            case FinetuneConfig.CLASSIFICATION, FinetuneConfig.MULTILABEL, FinetuneConfig.REGRESSION ->
                family.classPrefix() + "ForSequenceClassification";
            case FinetuneConfig.TOKENS -> family.classPrefix() + "ForTokenClassification";
            case FinetuneConfig.QA -> family.classPrefix() + "ForQuestionAnswering";
            default -> family.architectureOf(config.model());
        };
    }

    /** Adds the labels, and how Hugging Face is to read the outputs. */
    static void write(FinetuneConfig tuning, ObjectNode json) {
        if (!tuning.active() || tuning.generative()) {
            return;
        }
        List<String> labels = tuning.task().equals(FinetuneConfig.REGRESSION) ? List.of("LABEL_0") : tuning.labels();
        ObjectNode names = json.putObject("id2label");
        ObjectNode ids = json.putObject("label2id");
        for (int id = 0; id < labels.size(); id++) {
            names.put(Integer.toString(id), labels.get(id));
            ids.put(labels.get(id), id);
        }
        switch (tuning.task()) {
            case FinetuneConfig.CLASSIFICATION -> json.put("problem_type", "single_label_classification");
            case FinetuneConfig.MULTILABEL -> json.put("problem_type", "multi_label_classification");
            case FinetuneConfig.REGRESSION -> json.put("problem_type", "regression");
            default -> {}
        }
    }
}
