package org.weft.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.driver.checkpoint.InitialCheckpoint;

/**
 * A Hugging Face model's parameters as one float32 vector in Weft's order: each piece is read where it lies, widened, and
 * checked for numbers that are none. Holds one piece in memory. For one thread.
 */
final class ForeignParameters implements InitialCheckpoint.Source {
    private static final int PIECE = 1 << 20;

    private final ParameterLayout layout;
    private final TensorFiles files;
    private final TensorMatch match;
    private final long seed;
    private final byte[] stored = new byte[PIECE * Float.BYTES];
    private final ByteBuffer wide = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * @param seed of the parameters that start anew
     */
    ForeignParameters(ParameterLayout layout, TensorFiles files, TensorMatch match, long seed) {
        this.layout = layout;
        this.files = files;
        this.match = match;
        this.seed = seed;
    }

    @Override
    public void read(long offset, long length, CheckpointReader.Sink sink) throws IOException {
        long end = offset + length;
        for (Parameter parameter : layout.parameters()) {
            long until = Math.min(end, parameter.end());
            for (long at = Math.max(offset, parameter.offset()); at < until; ) {
                int count = (int) Math.min(PIECE, until - at);
                wide.clear().limit(count * Float.BYTES);
                TensorFiles.Located source = match.sources().get(parameter.name());
                if (source == null) {
                    Initialization.fill(layout, seed, at, wide.asFloatBuffer());
                } else {
                    widen(parameter, source, at - parameter.offset(), count);
                }
                wide.position(0);
                sink.accept(at, wide);
                at += count;
            }
        }
    }

    /**
     * @param first index of the first element within the tensor
     */
    private void widen(Parameter parameter, TensorFiles.Located source, long first, int count) throws IOException {
        FloatFormat format = FloatFormat.of(source.tensor().dtype()).orElseThrow();
        int bytes = count * format.bytes();
        files.read(source, first * format.bytes(), stored, bytes);
        format.decode(ByteBuffer.wrap(stored, 0, bytes).order(ByteOrder.LITTLE_ENDIAN), wide);
        for (int i = 0; i < count; i++) {
            int bits = wide.getInt(i * Float.BYTES);
            if (FloatFormat.isNotFinite(bits)) {
                throw WeftException.invalidData(
                        source.path() + ": tensor " + parameter.name() + " is not finite: index=" + (first + i)
                                + " of shape=" + parameter.shape() + " value=" + Float.intBitsToFloat(bits),
                        "the model diverged or the file is damaged; take another copy or an earlier state");
            }
        }
    }
}
