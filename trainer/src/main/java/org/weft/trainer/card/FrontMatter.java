package org.weft.trainer.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;

/**
 * The YAML between {@code ---} at a card's head: what the hub filters models by, and results as its {@code model-index} has them. License
 * and language are comments: nothing here knows them, and a wrong one is worse than none. Texts are quoted as JSON quotes
 * them, which YAML reads.
 */
final class FrontMatter {
    private static final int MOST_METRICS = 6;

    private FrontMatter() {}

    static String of(CardFacts facts) {
        WeftConfig config = facts.config();
        StringBuilder head = new StringBuilder("---\n");
        head.append("# license: to be filled in, such as apache-2.0\n");
        head.append("# language: to be filled in, such as en\n");
        head.append("library_name: ")
                .append(config.finetune().task() == TaskName.EMBEDDING ? "sentence-transformers" : "transformers")
                .append('\n');
        head.append("pipeline_tag: ").append(pipeline(config)).append('\n');
        head.append("tags:\n- weft\n- ")
                .append(quoted(config.model().architecture()))
                .append('\n');
        index(head, facts);
        return head.append("---\n").toString();
    }

    /** The hub's name of what the model does. */
    static String pipeline(WeftConfig config) {
        return switch (config.finetune().task()) {
            case CLASSIFICATION, MULTILABEL, REGRESSION -> "text-classification";
            case TOKENS -> "token-classification";
            case QA -> "question-answering";
            case EMBEDDING -> "sentence-similarity";
            case NONE, TEXT, INSTRUCTION, PREFERENCE -> generating(config.model());
        };
    }

    private static String generating(ModelConfig model) {
        return model.encodesSource() ? "text2text-generation" : model.causal() ? "text-generation" : "fill-mask";
    }

    /** The most telling metrics come first. The hub wants a data set's name and type for each: the rows' files have none but their own. */
    private static void index(StringBuilder head, CardFacts facts) {
        JsonNode values = facts.results().path("metrics");
        String rows = quoted(rows(facts.config()));
        StringBuilder metrics = new StringBuilder();
        values.properties().stream()
                .filter(metric -> metric.getValue().isNumber())
                .limit(MOST_METRICS)
                .forEach(metric -> metrics.append("    - type: ")
                        .append(quoted(metric.getKey()))
                        .append("\n      value: ")
                        .append(metric.getValue().asText())
                        .append('\n'));
        if (!metrics.isEmpty()) {
            head.append("model-index:\n- name: ")
                    .append(quoted(facts.config().run().name()));
            head.append("\n  results:\n  - task:\n      type: ").append(pipeline(facts.config()));
            head.append("\n    dataset:\n      name: ")
                    .append(rows)
                    .append("\n      type: ")
                    .append(rows);
            head.append("\n    metrics:\n").append(metrics);
        }
    }

    /** The names of the files that were judged, as far as the run says. */
    private static String rows(WeftConfig config) {
        List<String> files = !config.dataset().test().isEmpty()
                ? config.dataset().test()
                : !config.dataset().validation().isEmpty()
                        ? config.dataset().validation()
                        : config.dataset().train();
        return files.isEmpty()
                ? "rows"
                : String.join(
                        ", ", files.stream().map(RunDirectory::nameOf).limit(3).toList());
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }
}
