package org.weft.hub.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftVersion;

/**
 * A graph that grows operator by operator, and the message that it is in a file. Values go by their names; the numbers of fields are
 * those of onnx.proto. For one thread.
 */
final class OnnxGraph {
    static final int FLOAT = 1;
    static final int INT8 = 3;
    static final int INT64 = 7;
    static final int BOOL = 9;

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;

    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;
    private static final int ATTRIBUTE_FLOAT = 1;

    private final List<ProtoMessage> nodes = new ArrayList<>();
    private final Map<String, ProtoMessage> constants = new LinkedHashMap<>();
    private final Map<String, OnnxWeight> weights = new LinkedHashMap<>();
    private final List<ProtoMessage> inputs = new ArrayList<>();
    private final List<ProtoMessage> outputs = new ArrayList<>();
    private final List<ProtoMessage> lastOutputs = new ArrayList<>();
    private int values;

    /** What an operator is told beside its inputs: a whole number, several, or a real one. */
    record Attribute(String name, Object value) {
        static Attribute of(String name, long value) {
            return new Attribute(name, value);
        }

        static Attribute of(String name, long... values) {
            return new Attribute(name, values);
        }

        static Attribute of(String name, float value) {
            return new Attribute(name, value);
        }

        private ProtoMessage message() {
            ProtoMessage message = new ProtoMessage().text(1, name);
            if (value instanceof Long number) {
                return message.number(3, number).number(20, ATTRIBUTE_INT);
            }
            if (value instanceof Float real) {
                return message.real(2, real).number(20, ATTRIBUTE_FLOAT);
            }
            for (long number : (long[]) value) {
                message.number(8, number);
            }
            return message.number(20, ATTRIBUTE_INTS);
        }
    }

    String input(String name, int type, Object... dimensions) {
        inputs.add(value(name, type, dimensions));
        return name;
    }

    /** Gives a value a name of the model's. */
    void output(String value, String name, int type, Object... dimensions) {
        add("Identity", List.of(value), List.of(name));
        outputs.add(value(name, type, dimensions));
    }

    /** The same, behind all others: who takes the first output means the model's answer. */
    void outputLast(String value, String name, int type, Object... dimensions) {
        add("Identity", List.of(value), List.of(name));
        lastOutputs.add(value(name, type, dimensions));
    }

    /** An operator with one output, whose name it returns. */
    String op(String type, List<String> operands, Attribute... attributes) {
        String output = "v" + values++;
        add(type, operands, List.of(output), attributes);
        return output;
    }

    String op(String type, String operand, Attribute... attributes) {
        return op(type, List.of(operand), attributes);
    }

    /** An operator with several outputs. */
    List<String> ops(String type, List<String> operands, int count, Attribute... attributes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add("v" + values++);
        }
        add(type, operands, names, attributes);
        return names;
    }

    String longs(long... numbers) {
        ByteBuffer raw = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder name = new StringBuilder("i64");
        for (long number : numbers) {
            raw.putLong(number);
            name.append('_').append(number);
        }
        return constant(name.toString(), INT64, new long[] {numbers.length}, raw);
    }

    /** A number without dimensions. */
    String scalar(long number) {
        ByteBuffer raw = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return constant("i64s_" + number, INT64, new long[0], raw.putLong(number));
    }

    /** A number without dimensions. */
    String scalar(double number) {
        ByteBuffer raw = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return constant("f32s_" + (float) number, FLOAT, new long[0], raw.putFloat((float) number));
    }

    private String constant(String name, int type, long[] dimensions, ByteBuffer raw) {
        constants.computeIfAbsent(name, fresh -> tensor(fresh, type, dimensions).bytes(9, raw.array()));
        return name;
    }

    /** Something that is stored beside the graph; the same under a name that there is already. */
    String weight(OnnxWeight weight) {
        weights.putIfAbsent(weight.name(), weight);
        return weight.name();
    }

    List<OnnxWeight> weights() {
        return List.copyOf(weights.values());
    }

    /**
     * The whole model.
     *
     * @param places where the weights are, in their order
     * @param dataFile that they are in
     */
    byte[] toModel(List<Long> places, String dataFile) {
        ProtoMessage graph = new ProtoMessage();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, "weft");
        constants.values().forEach(constant -> graph.message(5, constant));
        List<OnnxWeight> stored = weights();
        for (int i = 0; i < stored.size(); i++) {
            OnnxWeight weight = stored.get(i);
            ProtoMessage tensor = tensor(weight.name(), weight.type(), weight.dimensions())
                    .message(13, entry("location", dataFile))
                    .message(13, entry("offset", Long.toString(places.get(i))))
                    .message(13, entry("length", Long.toString(weight.bytes())))
                    .number(14, 1);
            graph.message(5, tensor);
        }
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        lastOutputs.forEach(output -> graph.message(12, output));
        return new ProtoMessage()
                .number(1, IR_VERSION)
                .text(2, "weft")
                .text(3, WeftVersion.CURRENT)
                .message(7, graph)
                .message(8, new ProtoMessage().text(1, "").number(2, OPSET))
                .bytes();
    }

    private void add(String type, List<String> operands, List<String> results, Attribute... attributes) {
        ProtoMessage node = new ProtoMessage();
        operands.forEach(operand -> node.text(1, operand));
        results.forEach(result -> node.text(2, result));
        node.text(3, type + "_" + nodes.size()).text(4, type);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.message());
        }
        nodes.add(node);
    }

    private static ProtoMessage tensor(String name, int type, long[] dimensions) {
        ProtoMessage tensor = new ProtoMessage();
        for (long dimension : dimensions) {
            tensor.number(1, dimension);
        }
        return tensor.number(2, type).text(8, name);
    }

    private static ProtoMessage entry(String key, String value) {
        return new ProtoMessage().text(1, key).text(2, value);
    }

    private static ProtoMessage value(String name, int type, Object... dimensions) {
        ProtoMessage shape = new ProtoMessage();
        for (Object dimension : dimensions) {
            shape.message(
                    1,
                    dimension instanceof String named
                            ? new ProtoMessage().text(2, named)
                            : new ProtoMessage().number(1, ((Number) dimension).longValue()));
        }
        ProtoMessage tensor = new ProtoMessage().number(1, type).message(2, shape);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
    }
}
