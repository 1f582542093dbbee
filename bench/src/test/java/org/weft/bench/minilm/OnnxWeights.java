package org.weft.bench.minilm;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a PyTorch model that was exported to ONNX, by PyTorch's names. The export keeps the names of biases,
 * norms and embeddings; a linear weight becomes an anonymous (in, out) operand of a MatMul whose output is named after the
 * module: {@code /encoder/layer.0/attention/self/query/MatMul_output_0}.
 *
 * <p>Field numbers are those of onnx.proto: ModelProto 7 graph; GraphProto 1 node, 5 initializer; NodeProto 1 input,
 * 2 output, 4 op_type; TensorProto 1 dims, 2 data_type, 8 name, 9 raw_data.
 */
final class OnnxWeights {
    private static final int FLOAT = 1;
    private static final String PRODUCT = "/MatMul_output_0";

    /**
     * A float32 tensor.
     *
     * @param values row by row
     */
    record Weight(List<Integer> shape, FloatBuffer values) {
        /** (in, out) as (out, in). */
        Weight transposed() {
            int rows = shape.get(0);
            int columns = shape.get(1);
            FloatBuffer turned = FloatBuffer.allocate(rows * columns);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    turned.put(column * rows + row, values.get(row * columns + column));
                }
            }
            return new Weight(List.of(columns, rows), turned);
        }
    }

    private final Map<String, Weight> initializers = new HashMap<>();
    /** From a MatMul's operand to the module's name. */
    private final Map<String, String> products = new HashMap<>();

    /** Reads a model's bytes. */
    static Map<String, Weight> read(byte[] model) throws IOException {
        OnnxWeights weights = new OnnxWeights();
        fields(model, (field, bytes) -> {
            if (field == 7) {
                weights.graph(bytes);
            }
        });
        Map<String, Weight> named = new HashMap<>();
        weights.initializers.forEach((name, weight) -> {
            String module = weights.products.get(name);
            named.put(module == null ? name : module + ".weight", module == null ? weight : weight.transposed());
        });
        return named;
    }

    private void graph(ByteString graph) throws IOException {
        fields(graph.toByteArray(), (field, bytes) -> {
            if (field == 1) {
                node(bytes);
            } else if (field == 5) {
                initializer(bytes);
            }
        });
    }

    private void node(ByteString node) throws IOException {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        fields(node.toByteArray(), (field, bytes) -> {
            if (field == 1) {
                inputs.add(bytes.toStringUtf8());
            } else if (field == 2) {
                outputs.add(bytes.toStringUtf8());
            }
        });
        if (!outputs.isEmpty() && outputs.get(0).endsWith(PRODUCT) && inputs.size() == 2) {
            String path = outputs.get(0);
            products.put(
                    inputs.get(1),
                    path.substring(1, path.length() - PRODUCT.length()).replace('/', '.'));
        }
    }

    private void initializer(ByteString tensor) throws IOException {
        CodedInputStream in = tensor.newCodedInput();
        List<Integer> shape = new ArrayList<>();
        String name = "";
        int type = 0;
        ByteString raw = ByteString.EMPTY;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> shape.add(Math.toIntExact(in.readInt64()));
                case 2 -> type = in.readInt32();
                case 8 -> name = in.readString();
                case 9 -> raw = in.readBytes();
                default -> in.skipField(tag);
            }
        }
        if (type == FLOAT) {
            FloatBuffer values =
                    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            initializers.put(name, new Weight(List.copyOf(shape), values));
        }
    }

    /** A message's fields of bytes, strings and messages. */
    private interface Field {
        void accept(int number, ByteString bytes) throws IOException;
    }

    private static void fields(byte[] message, Field field) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                field.accept(WireFormat.getTagFieldNumber(tag), in.readBytes());
            } else {
                in.skipField(tag);
            }
        }
    }
}
