package org.weft.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;

/** Labels of a model that classifies text. */
final class ClassifierService implements ModelService {
    private static final int MOST_TEXTS = 1024;

    private final ClassifierModel model;
    private final ServeOptions options;
    private final ModelThread<LabelInquiry> thread;

    ClassifierService(ClassifierModel model, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        this.model = model;
        this.options = options;
        WaitingLine<LabelInquiry> line =
                new WaitingLine<>(options.maxBatch() + options.queue(), options.timeout(), System::nanoTime);
        metrics.queue(line::length);
        this.thread = new ModelThread<>(
                line, () -> new Classification(model.classifier().call(), options.maxBatch(), metrics), notices);
    }

    @Override
    public ServedModel model() {
        return model;
    }

    @Override
    public ModelThread<?> thread() {
        return thread;
    }

    @Override
    public void complete(JsonFields fields, Answer answer) {
        throw continuesNothing();
    }

    @Override
    public void chat(JsonFields fields, Answer answer) {
        throw continuesNothing();
    }

    private ApiException continuesNothing() {
        return ApiException.notFound(
                null,
                model.name() + " continues no text: it is a classifier; post an input to /classify",
                "not_a_language_model");
    }

    @Override
    public void classify(JsonFields fields, Answer answer) {
        List<String> texts = fields.texts("input", MOST_TEXTS);
        fields.pass(List.of("user"));
        fields.end();
        if (texts.isEmpty()) {
            throw ApiException.invalid("input", "input must be a text or an array of texts");
        }
        long deadline = System.nanoTime() + options.timeout().toNanos();
        LabelInquiry inquiry = new LabelInquiry(texts, deadline, new LabelInquiry.Listener() {
            @Override
            public void classified(List<List<LabelProbability>> labels) {
                answer.json(200, body(labels));
            }

            @Override
            public void failed(ApiException failure) {
                answer.fail(failure);
            }
        });
        thread.submit(List.of(inquiry));
        answer.onGone(inquiry::cancel);
    }

    private ObjectNode body(List<List<LabelProbability>> texts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", model.name());
        ArrayNode data = body.putArray("data");
        for (int i = 0; i < texts.size(); i++) {
            ArrayNode labels = data.addObject().put("index", i).putArray("labels");
            for (LabelProbability label : texts.get(i)) {
                labels.addObject().put("label", label.label()).put("probability", label.probability());
            }
        }
        return body;
    }
}
