package org.weft.dl4j.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.optim.StateVector;
import org.weft.driver.checkpoint.InitialCheckpoint;

/**
 * A network's parameters and what its updaters keep, as a checkpoint's vectors. Deeplearning4j keeps the vectors of an
 * updater block one behind the other, block after block; Weft each of them for all parameters.
 */
public final class UpdaterState {
    private static final int CHUNK_ELEMENTS = 1 << 20;

    private final Network network;
    private final List<StateVector> parts;

    /**
     * @param parts what the servers' optimizer keeps
     */
    public UpdaterState(Network network, List<StateVector> parts) {
        this.network = network;
        this.parts = parts;
    }

    /** A run of one vector that stands together in the network's memory. */
    private record Run(INDArray array, long from, long offset, long length) {}

    /** Runs in the order of the flat vector; none where the updater keeps nothing of a parameter. */
    private List<Run> runs(String vector) {
        if (vector.equals(CheckpointReader.PARAM)) {
            return List.of(new Run(network.params(), 0, 0, network.params().length()));
        }
        int index = parts.stream().map(StateVector::vector).toList().indexOf(vector);
        List<Run> runs = new ArrayList<>();
        for (UpdaterBlock block : network.updater().getUpdaterBlocks()) {
            long length = (long) block.getParamOffsetEnd() - block.getParamOffsetStart();
            long kept = (long) block.getUpdaterViewOffsetEnd() - block.getUpdaterViewOffsetStart();
            if (kept == 0) {
                continue;
            }
            if (kept != parts.size() * length) {
                throw new IllegalStateException("updater block at " + block.getParamOffsetStart() + ": state=" + kept
                        + " parameters=" + length + " vectors=" + parts);
            }
            runs.add(new Run(
                    network.updater().getStateViewArray(),
                    block.getUpdaterViewOffsetStart() + index * length,
                    block.getParamOffsetStart(),
                    length));
        }
        return runs;
    }

    /** All vectors, to be written into a checkpoint. */
    public Map<String, InitialCheckpoint.Source> sources() {
        Map<String, InitialCheckpoint.Source> sources = new LinkedHashMap<>();
        for (String vector : CheckpointReader.vectors(parts)) {
            sources.put(vector, (offset, length, sink) -> {
                for (long at = offset; at < offset + length; at += CHUNK_ELEMENTS) {
                    int count = (int) Math.min(CHUNK_ELEMENTS, offset + length - at);
                    ByteBuffer chunk = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    copy(vector, at, chunk, false);
                    sink.accept(at, chunk.clear());
                }
            });
        }
        return sources;
    }

    /** Sinks that fill the network from a checkpoint. */
    public Map<String, CheckpointReader.Sink> sinks() {
        Map<String, CheckpointReader.Sink> sinks = new LinkedHashMap<>();
        for (String vector : CheckpointReader.vectors(parts)) {
            sinks.put(vector, (offset, bytes) -> copy(vector, offset, bytes.slice(), true));
        }
        return sinks;
    }

    /**
     * Copies between a chunk of a vector and the network.
     *
     * @param offset of the chunk's first element in the flat vector
     */
    private void copy(String vector, long offset, ByteBuffer chunk, boolean intoNetwork) {
        long end = offset + chunk.capacity() / Float.BYTES;
        for (Run run : runs(vector)) {
            long from = Math.max(offset, run.offset());
            long to = Math.min(end, run.offset() + run.length());
            if (from < to) {
                int count = (int) (to - from);
                ByteBuffer own = ArrayWindows.window(run.array(), run.from() + from - run.offset(), count);
                ByteBuffer part = chunk.slice((int) (from - offset) * Float.BYTES, count * Float.BYTES);
                if (intoNetwork) {
                    own.put(part);
                } else {
                    part.put(own);
                }
            }
        }
    }
}
