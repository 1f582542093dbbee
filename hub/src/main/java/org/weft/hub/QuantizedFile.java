package org.weft.hub;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.params.Parameter;
import org.weft.core.quantize.PackedFormat;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.quantize.QuantizedParameters;

/**
 * The one file of tensors of a quantised model: shapes come first, then the matrices, each with its scales, then what stays float, so that
 * each tensor stands at a multiple of its elements' size. One matrix is in memory.
 */
final class QuantizedFile {
    private final FloatModel model;
    private final QuantizationGrid grid;
    private final boolean packed;
    private final boolean inputFirst;
    private final Set<String> quantized;

    /** @param packed whether numbers are packed into int32; otherwise they are bytes */
    QuantizedFile(FloatModel model, QuantizationGrid grid, boolean packed) {
        this.model = model;
        this.grid = grid;
        this.packed = packed;
        inputFirst = model.shape().family().inputFirst();
        quantized = QuantizedParameters.namesOf(
                QuantizedParameters.candidates(model.shape(), model.shape().layout()));
    }

    /** Whether it is written as whole numbers. */
    boolean isQuantized(Parameter parameter) {
        return quantized.contains(parameter.name());
    }

    /** O. */
    int rows(Parameter parameter) {
        return model.shape().family().outputs(parameter);
    }

    /** I. */
    int columns(Parameter parameter) {
        return model.shape().family().inputs(parameter);
    }

    /** Those with an even number of scales first: what follows them stands at a multiple of four, whatever scales are stored in. */
    List<Parameter> quantizedParameters() {
        return model.shape().layout().parameters().stream()
                .filter(this::isQuantized)
                .sorted(Comparator.comparing(parameter -> rows(parameter) * grid.groups(columns(parameter)) % 2))
                .toList();
    }

    /** All others, in their order. */
    List<Parameter> floatParameters() {
        return model.shape().layout().parameters().stream()
                .filter(parameter -> !isQuantized(parameter))
                .toList();
    }

    /** Of the whole file. */
    Safetensors header() {
        Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
        String floats = grid.scales().name();
        if (packed) {
            quantizedParameters()
                    .forEach(parameter -> append(
                            tensors,
                            layer(model.foreign(parameter)) + HubQuantization.WEIGHT_SHAPE,
                            HubQuantization.INT64,
                            2L));
        }
        for (Parameter parameter : quantizedParameters()) {
            String layer = layer(model.foreign(parameter));
            long rows = rows(parameter);
            int columns = columns(parameter);
            if (packed) {
                append(tensors, layer + HubQuantization.WEIGHT_PACKED, HubQuantization.INT32, rows, (long)
                        PackedFormat.rowWords(grid.type(), columns));
            } else {
                append(tensors, layer + HubQuantization.WEIGHT, HubQuantization.INT8, rows, (long) columns);
            }
            append(tensors, layer + HubQuantization.WEIGHT_SCALE, floats, rows, (long) grid.groups(columns));
        }
        for (Parameter parameter : floatParameters()) {
            append(
                    tensors,
                    model.foreign(parameter),
                    floats,
                    parameter.shape().stream().map(Integer::longValue).toArray(Long[]::new));
        }
        return new Safetensors(Map.of("format", "pt"), tensors, 0);
    }

    private static void append(Map<String, Safetensors.Tensor> tensors, String name, String dtype, Long... shape) {
        long begin = tensors.values().stream()
                .reduce((first, second) -> second)
                .map(Safetensors.Tensor::end)
                .orElse(0L);
        int width =
                switch (dtype) {
                    case HubQuantization.INT64 -> Long.BYTES;
                    case HubQuantization.INT32 -> Integer.BYTES;
                    case HubQuantization.INT8 -> 1;
                    default -> FloatFormat.valueOf(dtype).bytes();
                };
        long elements = List.of(shape).stream().reduce(1L, Math::multiplyExact);
        tensors.put(name, new Safetensors.Tensor(dtype, List.of(shape), begin, begin + elements * width));
    }

    /** What stands behind the header. */
    void writeTensors(OutputStream out, QuantizedExport.Rounding rounding) throws IOException {
        if (packed) {
            for (Parameter parameter : quantizedParameters()) {
                ByteBuffer shape = buffer(2 * Long.BYTES);
                out.write(shape.putLong(rows(parameter))
                        .putLong(columns(parameter))
                        .array());
            }
        }
        for (Parameter parameter : quantizedParameters()) {
            QuantizedMatrix matrix =
                    rounding.round(parameter.name(), read(parameter), grid, rows(parameter), columns(parameter));
            writeNumbers(out, matrix);
            writeScales(out, matrix);
        }
        for (Parameter parameter : floatParameters()) {
            model.parameters().read(parameter.offset(), parameter.size(), (at, bytes) -> {
                out.write(narrow(bytes, parameter, at - parameter.offset()));
            });
        }
    }

    private void writeNumbers(OutputStream out, QuantizedMatrix matrix) throws IOException {
        if (!packed) {
            out.write(matrix.values());
            return;
        }
        for (int row = 0; row < matrix.rows(); row++) {
            out.write(PackedFormat.pack(grid.type(), matrix.values(), row, matrix.columns()));
        }
    }

    /** They were rounded to what they are stored in before anything was divided by them. */
    private void writeScales(OutputStream out, QuantizedMatrix matrix) throws IOException {
        ByteBuffer wide = buffer(matrix.scales().length * Float.BYTES);
        wide.asFloatBuffer().put(matrix.scales());
        ByteBuffer narrow = buffer(matrix.scales().length * grid.scales().bytes());
        grid.scales().encode(wide, narrow);
        out.write(narrow.array());
    }

    private byte[] narrow(ByteBuffer numbers, Parameter parameter, long first) {
        for (int i = 0; i < numbers.remaining() / Float.BYTES; i++) {
            int bits = numbers.getInt(numbers.position() + i * Float.BYTES);
            float number = FiniteNumbers.require(Float.intBitsToFloat(bits), parameter.name(), first + i);
            if (grid.scales().overflows(bits)) {
                throw FiniteNumbers.beyond(
                        grid.scales(), parameter.name(), first + i, number, "quantise with --dtype bf16 or f32");
            }
        }
        ByteBuffer narrow =
                buffer(numbers.remaining() / Float.BYTES * grid.scales().bytes());
        grid.scales().encode(numbers, narrow);
        return narrow.array();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A matrix as (O, I), whichever way it lies. */
    private float[] read(Parameter parameter) throws IOException {
        int rows = rows(parameter);
        int columns = columns(parameter);
        float[] weights = new float[Math.multiplyExact(rows, columns)];
        model.parameters().read(parameter.offset(), weights.length, (at, bytes) -> {
            int first = (int) (at - parameter.offset());
            for (int i = 0; i < bytes.remaining() / Float.BYTES; i++) {
                int index = first + i;
                float number = FiniteNumbers.require(
                        bytes.getFloat(bytes.position() + i * Float.BYTES), parameter.name(), index);
                weights[inputFirst ? index % rows * columns + index / rows : index] = number;
            }
        });
        return weights;
    }

    /** A tensor's name without {@code .weight}. */
    static String layer(String tensor) {
        return tensor.substring(0, tensor.length() - HubQuantization.WEIGHT.length());
    }
}
