package org.weft.engine.torch;

import java.nio.ByteBuffer;
import java.util.function.LongFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * A flat vector of which the blocks take turns in one memory, that of the largest: at each time one of them is there. What comes
 * before and after the blocks has memory of its own. Whose turn it is the caller knows; a range lies within one piece.
 *
 * <p>Every block's tensors are views of the same memory from the beginning, so that nothing is made, freed or moved while a model trains.
 */
final class PagedVector implements FlatVector {
    private final PieceRanges ranges;
    private final FlatVector embeddings;
    private final FlatVector block;
    private final FlatVector tail;

    /** @param allocate memory of so many elements */
    PagedVector(PieceRanges ranges, LongFunction<FlatVector> allocate) {
        this.ranges = ranges;
        embeddings = allocate.apply(ranges.embeddings().length());
        block = allocate.apply(ranges.longestBlock());
        tail = allocate.apply(ranges.tail().length());
    }

    /** Of what is always there. */
    @Override
    public Tensor tensor() {
        return embeddings.tensor();
    }

    @Override
    public Tensor narrow(long offset, long length) {
        return vector(offset, length).narrow(offset - start(offset), length);
    }

    @Override
    public ByteBuffer window(long offset, int length) {
        return vector(offset, length).window(offset - start(offset), length);
    }

    @Override
    public void upload(long offset, long length) {
        vector(offset, length).upload(offset - start(offset), length);
    }

    private FlatVector vector(long offset, long length) {
        FlatRange piece = piece(offset);
        if (offset + length > piece.end()) {
            throw new IndexOutOfBoundsException("window: offset=" + offset + " length=" + length + " is not within ["
                    + piece.offset() + ", " + piece.end() + ")");
        }
        if (piece.equals(ranges.embeddings())) {
            return embeddings;
        }
        return piece.equals(ranges.tail()) ? tail : block;
    }

    private long start(long offset) {
        return piece(offset).offset();
    }

    private FlatRange piece(long offset) {
        if (offset < ranges.embeddings().end()) {
            return ranges.embeddings();
        }
        if (offset >= ranges.tail().offset()) {
            return ranges.tail();
        }
        return ranges.blocks().stream()
                .filter(range -> offset >= range.offset() && offset < range.end())
                .findFirst()
                .orElseThrow();
    }
}
