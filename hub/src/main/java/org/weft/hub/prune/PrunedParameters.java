package org.weft.hub.prune;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ParameterSource;

/**
 * The smaller model's parameters out of the whole model's, or the whole model's with zeros where the smaller one has nothing. Streams: the
 * heap holds a piece. For one thread.
 */
final class PrunedParameters implements ParameterSource {
    private static final int PIECE = 1 << 18;

    private final InitialCheckpoint.Source whole;
    private final ParameterLayout layout;
    private final Map<String, PartCut> cuts;

    /**
     * @param whole the whole model's parameters
     * @param layout of what comes out
     * @param cuts by the name of each parameter that comes out
     */
    PrunedParameters(InitialCheckpoint.Source whole, ParameterLayout layout, Map<String, PartCut> cuts) {
        this.whole = whole;
        this.layout = layout;
        this.cuts = new HashMap<>(cuts);
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public void read(Parameter parameter, long from, long until, CheckpointReader.Sink sink) throws IOException {
        PartCut cut = cuts.get(parameter.name());
        if (cut.masked() || cut.whole()) {
            readInPlace(parameter, cut, from, until, sink);
        } else {
            readSmaller(parameter, cut, from, until, sink);
        }
    }

    private void readInPlace(Parameter parameter, PartCut cut, long from, long until, CheckpointReader.Sink sink)
            throws IOException {
        long shift = parameter.offset() - cut.source().offset();
        whole.read(from - shift, until - from, (at, bytes) -> {
            if (!cut.whole()) {
                long first = at - cut.source().offset();
                for (int i = 0; i < bytes.remaining() / Float.BYTES; i++) {
                    if (!cut.stays(first + i)) {
                        bytes.putFloat(bytes.position() + i * Float.BYTES, 0f);
                    }
                }
            }
            sink.accept(at + shift, bytes);
        });
    }

    /** Reads the rows of the whole matrix that the range is of, and leaves out what does not stay. */
    private void readSmaller(Parameter parameter, PartCut cut, long from, long until, CheckpointReader.Sink sink)
            throws IOException {
        int columns = cut.keptColumns();
        int firstRow = (int) ((from - parameter.offset()) / columns);
        int lastRow = (int) ((until - 1 - parameter.offset()) / columns);
        Piece piece = new Piece(from, until, parameter.offset() + (long) firstRow * columns, sink);
        long start = (long) cut.rowOf(firstRow) * cut.columns();
        long end = (cut.rowOf(lastRow) + 1L) * cut.columns();
        Parameter source = cut.source();
        whole.read(source.offset() + start, end - start, (at, bytes) -> {
            long first = at - source.offset();
            for (int i = 0; i < bytes.remaining() / Float.BYTES; i++) {
                if (cut.stays(first + i)) {
                    piece.add(bytes.getFloat(bytes.position() + i * Float.BYTES));
                }
            }
        });
        piece.flush();
    }

    /** Elements that come one after the other, of which those of a range go on. */
    private static final class Piece {
        private final ByteBuffer bytes =
                ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final long from;
        private final long until;
        private final CheckpointReader.Sink sink;
        private long next;
        private long begin;

        Piece(long from, long until, long first, CheckpointReader.Sink sink) {
            this.from = from;
            this.until = until;
            this.next = first;
            this.begin = from;
            this.sink = sink;
        }

        void add(float value) throws IOException {
            if (next >= from && next < until) {
                bytes.putFloat(value);
            }
            next++;
            if (!bytes.hasRemaining()) {
                flush();
            }
        }

        void flush() throws IOException {
            int count = bytes.position() / Float.BYTES;
            if (count > 0) {
                bytes.flip();
                sink.accept(begin, bytes);
                begin += count;
                bytes.clear();
            }
        }
    }
}
