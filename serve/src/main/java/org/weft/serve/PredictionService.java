package org.weft.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/** What a model with a head says of inputs: labels, numbers, tags, answers. */
final class PredictionService implements ModelService {
    private final PredictionModel model;
    private final BatchService<Fields, Prediction> batches;

    PredictionService(PredictionModel model, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        this.model = model;
        this.batches = new BatchService<>(model.name(), model.predictor(), options, metrics, notices);
    }

    @Override
    public ServedModel model() {
        return model;
    }

    @Override
    public ModelThread<?> thread() {
        return batches.thread();
    }

    @Override
    public List<String> endpoints() {
        return model.shape().labelled() ? List.of(Endpoints.CLASSIFY, Endpoints.PREDICT) : List.of(Endpoints.PREDICT);
    }

    @Override
    public void describe(ObjectNode served) {
        served.put("task", model.shape().task());
        ArrayNode input = served.putArray("input");
        model.shape().input().names().forEach(input::add);
    }

    @Override
    public void answer(String endpoint, JsonFields fields, Answer answer) {
        if (!endpoints().contains(endpoint)) {
            throw ModelService.absent(
                    this, endpoint, "it was fine-tuned to " + model.shape().task());
        }
        List<PredictionInput> inputs = PredictionInput.of(fields, model.shape());
        fields.pass(List.of("user"));
        fields.end();
        List<Fields> rows = inputs.stream().map(PredictionInput::row).toList();
        boolean labels = endpoint.equals(Endpoints.CLASSIFY);
        batches.submit(rows, answer, said -> answer.json(200, labels ? classified(said) : predicted(inputs, said)));
    }

    private ObjectNode frame() {
        return JsonNodeFactory.instance.objectNode().put("model", model.name());
    }

    /** Each input's labels, the most probable first. */
    private ObjectNode classified(List<Prediction> said) {
        ObjectNode body = frame();
        ArrayNode data = body.putArray("data");
        for (Prediction each : said) {
            ArrayNode labels = data.addObject().put("index", data.size() - 1).putArray("labels");
            each.byLabel().entrySet().stream()
                    .sorted(Comparator.comparingDouble((Map.Entry<String, Double> label) -> label.getValue())
                            .reversed())
                    .forEach(label ->
                            labels.addObject().put("label", label.getKey()).put("probability", label.getValue()));
        }
        return body;
    }

    /** What {@code predict} writes into a row, by its columns' names. */
    private ObjectNode predicted(List<PredictionInput> inputs, List<Prediction> said) {
        ObjectNode body = frame();
        ArrayNode data = body.putArray("data");
        for (int i = 0; i < said.size(); i++) {
            ObjectNode one = data.addObject().put("index", i);
            List<Object> cells = said.get(i).cells();
            for (int cell = 0; cell < cells.size(); cell++) {
                one.set(model.shape().cells().get(cell), Json.MAPPER.valueToTree(cells.get(cell)));
            }
            if (!inputs.get(i).words().isEmpty()) {
                ArrayNode words = one.putArray("words");
                inputs.get(i).words().forEach(word -> words.addObject()
                        .put("word", word.word())
                        .put("start", word.start())
                        .put("end", word.end()));
            }
        }
        return body;
    }
}
