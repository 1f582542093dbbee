package org.weft.driver.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;

/**
 * A checkpoint's parameters in the order of another layout: found by name, and begun afresh where the checkpoint has none
 * of that name. Holds one piece in memory. For one thread.
 */
public final class NamedParameters implements ParameterSource {
    private static final int PIECE = 1 << 18;

    private final Checkpoint checkpoint;
    private final CheckpointReader reader;
    private final Map<String, Parameter> sources;
    private final ParameterLayout layout;
    private final long seed;

    /**
     * @param layout of what is asked for
     * @param fresh whether a parameter starts afresh even where the checkpoint has one of its name
     * @param seed of the parameters that start afresh
     * @throws WeftException where a parameter has another shape in the checkpoint
     */
    public NamedParameters(
            Store store, Checkpoint checkpoint, ParameterLayout layout, Predicate<String> fresh, long seed) {
        this.checkpoint = checkpoint;
        this.reader = new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest());
        this.sources = ReplicaLoader.shapeOf(checkpoint).layout().parameters().stream()
                .filter(parameter -> !fresh.test(parameter.name()))
                .collect(Collectors.toMap(Parameter::name, Function.identity()));
        this.layout = layout;
        this.seed = seed;
        layout.parameters().forEach(this::requireShape);
    }

    private void requireShape(Parameter parameter) {
        Parameter source = sources.get(parameter.name());
        if (source != null && !source.shape().equals(parameter.shape())) {
            throw WeftException.invalidData(
                    checkpoint.directory() + ": " + parameter.name() + " is of shape " + source.shape() + ", expected "
                            + parameter.shape(),
                    "leave the model section to the model that is fine-tuned");
        }
    }

    /** Names of the parameters that the checkpoint does not have. */
    public List<String> missing() {
        return layout.parameters().stream()
                .map(Parameter::name)
                .filter(name -> !sources.containsKey(name))
                .toList();
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public void read(Parameter parameter, long from, long until, CheckpointReader.Sink sink) throws IOException {
        Parameter source = sources.get(parameter.name());
        if (source == null) {
            fresh(from, until, sink);
            return;
        }
        long shift = parameter.offset() - source.offset();
        reader.read(CheckpointReader.PARAM, from - shift, until - from, (at, bytes) -> sink.accept(at + shift, bytes));
    }

    private void fresh(long from, long until, CheckpointReader.Sink sink) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = from; at < until; ) {
            int count = (int) Math.min(PIECE, until - at);
            piece.clear().limit(count * Float.BYTES);
            Initialization.fill(layout, seed, at, piece.asFloatBuffer());
            sink.accept(at, piece);
            at += count;
        }
    }
}
