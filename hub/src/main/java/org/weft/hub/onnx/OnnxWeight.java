package org.weft.hub.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.params.Parameter;
import org.weft.driver.checkpoint.WholeModel;

/**
 * Something that a graph is computed with and that is stored beside it.
 *
 * @param type ONNX's number of its elements' type
 */
record OnnxWeight(String name, int type, long[] dimensions, Content content) {

    private static final int LARGEST_BYTE = 127;

    /** Writes the elements, little-endian, row after row. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out, WholeModel model) throws IOException;
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
                        sums.putFloat(added == 0 ? bytes.getFloat(i) : bytes.getFloat(i) + added);
                    }
                    out.write(sums.array());
                }));
    }

    /** A matrix as (columns, rows). */
    static OnnxWeight transposed(Parameter parameter) {
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
     * A matrix of (in, out) as signed bytes, each column divided by its own {@link #scales scale} and rounded to the nearest, ties
     * to even.
     *
     * @param inputFirst whether the parameter is (in, out); otherwise it is (out, in)
     */
    static OnnxWeight quantized(Parameter parameter, boolean inputFirst) {
        int rows = parameter.shape().get(inputFirst ? 0 : 1);
        int columns = parameter.shape().get(inputFirst ? 1 : 0);
        return new OnnxWeight(
                parameter.name() + "_quantized", OnnxGraph.INT8, new long[] {rows, columns}, (out, model) -> {
                    float[] all = read(parameter, model);
                    float[] scales = scales(all, rows, columns, inputFirst);
                    for (int row = 0; row < rows; row++) {
                        byte[] line = new byte[columns];
                        for (int column = 0; column < columns; column++) {
                            float x = at(all, row, column, inputFirst ? columns : rows, inputFirst);
                            line[column] = (byte) Math.rint(x / scales[column]);
                        }
                        out.write(line);
                    }
                });
    }

    /** What the bytes of each column of {@link #quantized} are multiplied by: its largest magnitude, over 127. (out) */
    static OnnxWeight scales(Parameter parameter, boolean inputFirst) {
        int rows = parameter.shape().get(inputFirst ? 0 : 1);
        int columns = parameter.shape().get(inputFirst ? 1 : 0);
        return new OnnxWeight(parameter.name() + "_scale", OnnxGraph.FLOAT, new long[] {columns}, (out, model) -> {
            ByteBuffer line = floats(columns);
            for (float scale : scales(read(parameter, model), rows, columns, inputFirst)) {
                line.putFloat(scale);
            }
            out.write(line.array());
        });
    }

    /** Zeros as signed bytes. */
    static OnnxWeight zeros(String name, int count) {
        return new OnnxWeight(name, OnnxGraph.INT8, new long[] {count}, (out, model) -> out.write(new byte[count]));
    }

    /** A table that is no parameter, (rows, columns). */
    static OnnxWeight table(String name, double[][] rows) {
        return new OnnxWeight(name, OnnxGraph.FLOAT, new long[] {rows.length, rows[0].length}, (out, model) -> {
            for (double[] row : rows) {
                ByteBuffer line = floats(row.length);
                for (double number : row) {
                    line.putFloat((float) number);
                }
                out.write(line.array());
            }
        });
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
                all[first + (i - bytes.position()) / Float.BYTES] = bytes.getFloat(i);
            }
        });
        return all;
    }
}
