package org.weft.hub.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.weft.core.WeftException;
import org.weft.core.params.Parameter;
import org.weft.driver.checkpoint.WholeModel;
import org.weft.hub.FiniteNumbers;

/**
 * Something that a graph is computed with and that is stored beside it.
 *
 * @param type ONNX's number of its elements' type
 */
record OnnxWeight(String name, int type, long[] dimensions, Content content) {

    private static final int LARGEST_BYTE = 127;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8; // as virtual machines have it

    /** Writes the elements, little-endian, row after row. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out, WholeModel model) throws IOException;
    }

    /** A number of a {@link #table}. */
    @FunctionalInterface
    interface Cell {
        double at(int row, int column);
    }

    long bytes() {
        long elements = 1;
        for (long dimension : dimensions) {
            elements *= dimension;
        }
        return elements * (type == OnnxGraph.INT8 ? 1 : Float.BYTES);
    }

    /**
     * A parameter as it is.
     *
     * @param added to each element
     */
    static OnnxWeight of(Parameter parameter, float added) {
        long[] dimensions =
                parameter.shape().stream().mapToLong(Integer::longValue).toArray();
        return new OnnxWeight(
                parameter.name(),
                OnnxGraph.FLOAT,
                dimensions,
                (out, model) -> model.read(parameter.offset(), parameter.size(), (at, bytes) -> {
                    ByteBuffer sums = ByteBuffer.allocate(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = bytes.position(); i < bytes.limit(); i += Float.BYTES) {
                        long index = at - parameter.offset() + (i - bytes.position()) / Float.BYTES;
                        float x = FiniteNumbers.require(bytes.getFloat(i), parameter.name(), index);
                        sums.putFloat(added == 0 ? x : x + added); // -0 stays
                    }
                    out.write(sums.array());
                }));
    }

    /** A matrix as (columns, rows). */
    static OnnxWeight transposed(Parameter parameter) {
        requireOneArray(parameter);
        int rows = parameter.shape().get(0);
        int columns = parameter.shape().get(1);
        return new OnnxWeight(parameter.name() + ".T", OnnxGraph.FLOAT, new long[] {columns, rows}, (out, model) -> {
            float[] all = read(parameter, model);
            for (int column = 0; column < columns; column++) {
                ByteBuffer line = floats(rows);
                for (int row = 0; row < rows; row++) {
                    line.putFloat(all[row * columns + column]);
                }
                out.write(line.array());
            }
        });
    }

    /**
     * A matrix of (in, out) as signed bytes, each column divided by its own scale and rounded to the nearest, ties to even; and these
     * scales, (out): the largest magnitude of a column, over 127.
     *
     * @param inputFirst whether the parameter is (in, out); otherwise it is (out, in)
     */
    static List<OnnxWeight> quantized(Parameter parameter, boolean inputFirst) {
        requireOneArray(parameter);
        int rows = parameter.shape().get(inputFirst ? 0 : 1);
        int columns = parameter.shape().get(inputFirst ? 1 : 0);
        AtomicReference<float[]> known = new AtomicReference<>(); // bytes are written before their scales
        OnnxWeight bytes = new OnnxWeight(
                parameter.name() + "_quantized", OnnxGraph.INT8, new long[] {rows, columns}, (out, model) -> {
                    float[] all = read(parameter, model);
                    float[] scales = scales(all, rows, columns, inputFirst);
                    known.set(scales);
                    for (int row = 0; row < rows; row++) {
                        byte[] line = new byte[columns];
                        for (int column = 0; column < columns; column++) {
                            float x = at(all, row, column, inputFirst ? columns : rows, inputFirst);
                            line[column] = (byte) Math.rint(x / scales[column]);
                        }
                        out.write(line);
                    }
                });
        OnnxWeight scales =
                new OnnxWeight(parameter.name() + "_scale", OnnxGraph.FLOAT, new long[] {columns}, (out, model) -> {
                    ByteBuffer line = floats(columns);
                    for (float scale : known.get()) {
                        line.putFloat(scale);
                    }
                    out.write(line.array());
                });
        return List.of(bytes, scales);
    }

    /** Zeros as signed bytes. */
    static OnnxWeight zeros(String name, int count) {
        return new OnnxWeight(name, OnnxGraph.INT8, new long[] {count}, (out, model) -> out.write(new byte[count]));
    }

    /** A table that is no parameter, (rows, columns), computed while it is written. */
    static OnnxWeight table(String name, int rows, int columns, Cell cell) {
        return new OnnxWeight(name, OnnxGraph.FLOAT, new long[] {rows, columns}, (out, model) -> {
            for (int row = 0; row < rows; row++) {
                ByteBuffer line = floats(columns);
                for (int column = 0; column < columns; column++) {
                    line.putFloat((float) cell.at(row, column));
                }
                out.write(line.array());
            }
        });
    }

    /** One that is written in another order is in memory, in one array. */
    private static void requireOneArray(Parameter parameter) {
        if (parameter.size() > LARGEST_ARRAY) {
            throw WeftException.usage(
                    "--format onnx does not write a matrix of more than " + LARGEST_ARRAY + " numbers: "
                            + parameter.name() + " has " + parameter.size(),
                    "leave --format out: a Hugging Face directory holds every model");
        }
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static float at(float[] all, int row, int column, int width, boolean inputFirst) {
        return inputFirst ? all[row * width + column] : all[column * width + row];
    }

    private static float[] scales(float[] all, int rows, int columns, boolean inputFirst) {
        float[] scales = new float[columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                float x = Math.abs(at(all, row, column, inputFirst ? columns : rows, inputFirst));
                scales[column] = Math.max(scales[column], x / LARGEST_BYTE);
            }
        }
        for (int column = 0; column < columns; column++) {
            scales[column] = scales[column] > 0 ? scales[column] : 1;
        }
        return scales;
    }

    private static float[] read(Parameter parameter, WholeModel model) throws IOException {
        float[] all = new float[Math.toIntExact(parameter.size())];
        model.read(parameter.offset(), all.length, (at, bytes) -> {
            int first = (int) (at - parameter.offset());
            for (int i = bytes.position(); i < bytes.limit(); i += Float.BYTES) {
                int index = first + (i - bytes.position()) / Float.BYTES;
                all[index] = FiniteNumbers.require(bytes.getFloat(i), parameter.name(), index);
            }
        });
        return all;
    }
}
