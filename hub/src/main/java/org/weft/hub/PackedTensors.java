package org.weft.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.quantize.PackedFormat;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizedMatrix;

/**
 * Matrices that lie in a directory's files as whole numbers and scales, each under one name beside all other tensors: read as
 * float32 where nobody asks for more, or as what they are. The matrix that was read last is in memory. For one thread.
 *
 * <p>O outputs, I inputs, G groups.
 */
final class PackedTensors {
    private final TensorFiles files;
    private final HubQuantization how;
    private final boolean inputFirst;
    private final Map<Long, Packed> byStart = new HashMap<>();
    private final Map<String, Packed> byName = new LinkedHashMap<>();
    private Packed cached;
    private QuantizedMatrix matrix;

    /** One of the matrices. */
    private record Packed(
            String name,
            TensorFiles.Located numbers,
            TensorFiles.Located scales,
            QuantizationGrid grid,
            int rows,
            int columns) {}

    private PackedTensors(TensorFiles files, HubQuantization how, boolean inputFirst) {
        this.files = files;
        this.how = how;
        this.inputFirst = inputFirst;
    }

    /**
     * Puts one tensor of float32 into {@code files} for each that is packed there, under the name that it would have.
     *
     * @param inputFirst whether the layout has its matrices as (I, O)
     * @throws WeftException where a part of one is missing, or parts do not fit
     */
    static PackedTensors fold(TensorFiles files, HubQuantization how, boolean inputFirst) throws IOException {
        PackedTensors packed = new PackedTensors(files, how, inputFirst);
        for (String scale : List.copyOf(files.tensors().keySet())) {
            if (scale.endsWith(HubQuantization.WEIGHT_SCALE)) {
                packed.fold(scale.substring(0, scale.length() - HubQuantization.WEIGHT_SCALE.length()));
            }
        }
        if (packed.byName.isEmpty()) {
            throw WeftException.invalidData(
                    "no tensor of " + String.join(", ", files.paths())
                            + " is quantised, and config.json says that some are:" + " none ends with "
                            + HubQuantization.WEIGHT_SCALE,
                    "config.json and the tensors are of two models");
        }
        return packed;
    }

    private void fold(String layer) throws IOException {
        TensorFiles.Located scales = files.tensors().remove(layer + HubQuantization.WEIGHT_SCALE);
        TensorFiles.Located numbers = files.tensors().remove(layer + how.numbers());
        TensorFiles.Located shape = files.tensors().remove(layer + HubQuantization.WEIGHT_SHAPE);
        if (numbers == null || how.packed() && shape == null) {
            throw broken(
                    scales,
                    layer + " has a scale and no "
                            + (numbers == null ? layer + how.numbers() : layer + HubQuantization.WEIGHT_SHAPE));
        }
        long[] size = how.packed() ? shape(shape, layer) : sizes(numbers.tensor());
        int rows = Math.toIntExact(size[0]);
        int columns = Math.toIntExact(size[1]);
        FloatFormat format = FloatFormat.of(scales.tensor().dtype())
                .orElseThrow(() -> broken(
                        scales,
                        layer + HubQuantization.WEIGHT_SCALE + " has dtype "
                                + scales.tensor().dtype()));
        QuantizationGrid grid = new QuantizationGrid(how.type(), how.groupSize(), format);
        if (!grid.divides(columns)) {
            throw broken(scales, layer + ": " + columns + " inputs are no whole groups of " + how.groupSize());
        }
        requireShape(
                numbers,
                layer + how.numbers(),
                how.packed() ? HubQuantization.INT32 : HubQuantization.INT8,
                List.of((long) rows, (long) (how.packed() ? PackedFormat.rowWords(how.type(), columns) : columns)));
        requireShape(scales, layer + HubQuantization.WEIGHT_SCALE, format.name(), List.of((long) rows, (long)
                grid.groups(columns)));
        Packed packed = new Packed(layer + HubQuantization.WEIGHT, numbers, scales, grid, rows, columns);
        long start = -1 - byStart.size(); // no place in a file
        List<Long> shown = inputFirst ? List.of(size[1], size[0]) : List.of(size[0], size[1]);
        long bytes = size[0] * size[1] * Float.BYTES;
        byStart.put(start, packed);
        byName.put(packed.name(), packed);
        files.tensors()
                .put(
                        packed.name(),
                        new TensorFiles.Located(
                                numbers.path(),
                                new Safetensors.Tensor(FloatFormat.F32.name(), shown, 0, bytes),
                                start));
    }

    private long[] sizes(Safetensors.Tensor tensor) {
        return tensor.shape().size() == 2
                ? new long[] {tensor.shape().get(0), tensor.shape().get(1)}
                : new long[] {0, 0}; // said by requireShape
    }

    private long[] shape(TensorFiles.Located located, String layer) throws IOException {
        boolean wide = located.tensor().dtype().equals(HubQuantization.INT64);
        if (located.tensor().elements() != 2
                || !wide && !located.tensor().dtype().equals(HubQuantization.INT32)) {
            throw broken(
                    located,
                    layer + HubQuantization.WEIGHT_SHAPE + " "
                            + located.tensor().dtype() + located.tensor().shape() + " is no shape");
        }
        byte[] stored = new byte[2 * (wide ? Long.BYTES : Integer.BYTES)];
        files.read(located, 0, stored, stored.length);
        ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        long rows = wide ? bytes.getLong() : bytes.getInt();
        long columns = wide ? bytes.getLong() : bytes.getInt();
        if (rows < 1 || columns < 1 || rows > Integer.MAX_VALUE / columns) {
            throw broken(
                    located,
                    layer + HubQuantization.WEIGHT_SHAPE + "=" + rows + ", " + columns + " is no shape of a matrix");
        }
        return new long[] {rows, columns};
    }

    private static void requireShape(TensorFiles.Located located, String name, String dtype, List<Long> expected) {
        Safetensors.Tensor tensor = located.tensor();
        if (!tensor.dtype().equals(dtype) || !tensor.shape().equals(expected)) {
            throw broken(located, name + " is " + tensor.dtype() + tensor.shape() + " expected " + dtype + expected);
        }
    }

    private static WeftException broken(TensorFiles.Located located, String what) {
        return WeftException.invalidData(
                located.path() + ": " + what, "config.json and the tensors are of two models, or the file is damaged");
    }

    /** Names in the files of what is packed, as if it were not. */
    List<String> names() {
        return new ArrayList<>(byName.keySet());
    }

    /** One of them as it is. */
    QuantizedMatrix matrix(String name) throws IOException {
        return matrix(byName.get(name));
    }

    /** Reads {@code count} bytes of float32 that begin {@code position} bytes into a tensor. */
    void read(TensorFiles.Located located, long position, byte[] into, int count) throws IOException {
        QuantizedMatrix known = matrix(byStart.get(located.start()));
        ByteBuffer floats = ByteBuffer.wrap(into).order(ByteOrder.LITTLE_ENDIAN);
        int first = Math.toIntExact(position / Float.BYTES);
        for (int i = first; i < first + count / Float.BYTES; i++) {
            floats.putFloat(
                    inputFirst
                            ? known.at(i % known.rows(), i / known.rows())
                            : known.at(i / known.columns(), i % known.columns()));
        }
    }

    private QuantizedMatrix matrix(Packed packed) throws IOException {
        if (cached != packed) {
            matrix = null; // one at a time
            matrix = load(packed);
            cached = packed;
        }
        return matrix;
    }

    private QuantizedMatrix load(Packed packed) throws IOException {
        QuantizedMatrix loaded = new QuantizedMatrix(packed.grid(), packed.rows(), packed.columns());
        int columns = packed.columns();
        if (how.packed()) {
            byte[] row = new byte[PackedFormat.rowBytes(how.type(), columns)];
            for (int i = 0; i < packed.rows(); i++) {
                files.read(packed.numbers(), (long) i * row.length, row, row.length);
                PackedFormat.unpack(how.type(), row, 0, loaded.values(), i, columns);
            }
        } else {
            files.read(packed.numbers(), 0, loaded.values(), loaded.values().length);
        }
        FloatFormat format = packed.grid().scales();
        byte[] stored = new byte[loaded.scales().length * format.bytes()];
        files.read(packed.scales(), 0, stored, stored.length);
        ByteBuffer wide =
                ByteBuffer.allocate(loaded.scales().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        format.decode(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), wide);
        wide.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(loaded.scales());
        for (int i = 0; i < loaded.scales().length; i++) {
            if (!Float.isFinite(loaded.scales()[i])) {
                throw broken(
                        packed.scales(),
                        packed.name() + " has a scale that is not finite: index=" + i + " value=" + loaded.scales()[i]);
            }
        }
        return loaded;
    }
}
