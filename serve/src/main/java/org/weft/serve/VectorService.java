package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/** Vectors of texts, as OpenAI's clients ask for them. */
final class VectorService implements ModelService {
    private static final String INPUT = "input";
    /** Elements of all vectors of a request: some 25 MB of JSON. */
    private static final int MOST_ELEMENTS = 1 << 21;

    private final VectorModel model;
    private final ServeMetrics metrics;
    private final BatchService<VectorModel.Input, VectorModel.Vector> batches;

    VectorService(VectorModel model, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        this.model = model;
        this.metrics = metrics;
        this.batches = new BatchService<>(model.name(), model.embedder(), options, metrics, notices);
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
        return List.of(Endpoints.EMBEDDINGS);
    }

    @Override
    public void describe(ObjectNode served) {
        // Its name and endpoint say it all.
    }

    @Override
    public void answer(String endpoint, JsonFields fields, Answer answer) {
        if (!endpoint.equals(Endpoints.EMBEDDINGS)) {
            throw ModelService.absent(this, endpoint, "it gives texts vectors");
        }
        List<VectorModel.Input> inputs = inputs(fields.node(INPUT));
        boolean packed = packed(fields.text("encoding_format"));
        requireWidth(fields.integer("dimensions", model.width(), 1, Integer.MAX_VALUE));
        fields.pass(List.of("user"));
        fields.end();
        if ((long) inputs.size() * model.width() > MOST_ELEMENTS) {
            throw ApiException.invalid(
                    INPUT,
                    "input has " + inputs.size() + " elements, whose vectors are of " + model.width()
                            + " each: at most " + MOST_ELEMENTS / model.width() + " at once");
        }
        batches.submit(inputs, answer, vectors -> answer.json(200, body(vectors, packed)));
    }

    private void requireWidth(int dimensions) {
        if (dimensions != model.width()) {
            throw ApiException.invalid(
                    "dimensions",
                    "dimensions=" + dimensions + " is not supported: vectors of " + model.name() + " have "
                            + model.width() + " elements, and are not cut");
        }
    }

    private static boolean packed(String format) {
        if (format != null && !List.of("float", "base64").contains(format)) {
            throw ApiException.invalid("encoding_format", "encoding_format must be float or base64, is " + format);
        }
        return "base64".equals(format);
    }

    /** A string, an array of strings, an array of token ids, or an array of such arrays. */
    private List<VectorModel.Input> inputs(JsonNode node) {
        if (node.isTextual()) {
            return List.of(new VectorModel.Input(JsonFields.text(INPUT, node), null));
        }
        if (!node.isArray() || node.isEmpty()) {
            throw JsonFields.wrong(INPUT, "a string, or an array of strings or token ids", node);
        }
        if (node.get(0).isNumber()) {
            return List.of(ids(node, INPUT));
        }
        if (node.size() > BatchService.MOST_INPUTS) {
            throw ApiException.invalid(
                    INPUT, "input has " + node.size() + " elements: at most " + BatchService.MOST_INPUTS);
        }
        List<VectorModel.Input> inputs = new ArrayList<>();
        for (JsonNode each : node) {
            String place = INPUT + "[" + inputs.size() + "]";
            if (!each.isTextual() && !each.isArray()) {
                throw JsonFields.wrong(place, "a string or an array of token ids", each);
            }
            inputs.add(each.isTextual() ? new VectorModel.Input(JsonFields.text(place, each), null) : ids(each, place));
        }
        return inputs;
    }

    private VectorModel.Input ids(JsonNode array, String place) {
        int[] ids = JsonFields.tokenIds(array, place, model.vocabSize());
        if (ids.length == 0) {
            throw JsonFields.wrong(place, "at least one token id", array);
        }
        return new VectorModel.Input(null, ids);
    }

    private ObjectNode body(List<VectorModel.Vector> vectors, boolean packed) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        int tokens = 0;
        for (VectorModel.Vector vector : vectors) {
            ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            if (packed) {
                one.put("embedding", base64(vector.values()));
            } else {
                one.putPOJO(
                        "embedding",
                        vector.values()); // written as it is: a node for each float takes six times as much
            }
            tokens += vector.tokens();
        }
        metrics.prompt(tokens);
        body.put("model", model.name());
        body.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return body;
    }

    /** Four bytes an element, little-endian. */
    private static String base64(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
