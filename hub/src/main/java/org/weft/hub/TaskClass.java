package org.weft.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.HeadKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.HubTable;

/** What config.json says of a fine-tuned model: Hugging Face's class for its head, and the labels. */
final class TaskClass {
    private TaskClass() {}

    /** The class that a run's model is exported as. */
    static String of(HubTable family, WeftConfig config) {
        return switch (config.finetune().task().head()) {
            case CLASSES, BITS, VALUES -> family.classPrefix() + "ForSequenceClassification";
            case TOKEN_CLASSES -> family.classPrefix() + "ForTokenClassification";
            case SPAN -> family.classPrefix() + "ForQuestionAnswering";
            case LANGUAGE -> family.architectureOf(config.model());
        };
    }

    /** Adds the labels, and how Hugging Face is to read the outputs. */
    static void write(FinetuneConfig tuning, ObjectNode json) {
        HeadKind head = tuning.task().head();
        if (head == HeadKind.LANGUAGE) {
            return;
        }
        List<String> labels = head == HeadKind.VALUES ? List.of("LABEL_0") : tuning.labels();
        ObjectNode names = json.putObject("id2label");
        ObjectNode ids = json.putObject("label2id");
        for (int id = 0; id < labels.size(); id++) {
            names.put(Integer.toString(id), labels.get(id));
            ids.put(labels.get(id), id);
        }
        switch (head) {
            case CLASSES -> json.put("problem_type", "single_label_classification");
            case BITS -> json.put("problem_type", "multi_label_classification");
            case VALUES -> json.put("problem_type", "regression");
            default -> {}
        }
    }
}
