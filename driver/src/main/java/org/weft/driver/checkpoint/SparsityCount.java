package org.weft.driver.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.optim.PrunedMatrices;
import org.weft.core.params.Parameter;

/** Counts the zeros of what is pruned as a checkpoint's parameters pass. For one thread, and one passage. */
final class SparsityCount implements CheckpointReader.Sink {
    private final List<Parameter> matrices;
    private final long size;
    private long zeros;

    /** Of a run that prunes nothing it counts nothing. */
    SparsityCount(RunIdentity identity) {
        PrunedMatrices pruned = identity.config().training().pruning().active()
                ? PrunedMatrices.of(identity.config().model(), identity.layout())
                : new PrunedMatrices(List.of());
        this.matrices = pruned.parameters();
        this.size = pruned.size();
    }

    @Override
    public void accept(long offset, ByteBuffer bytes) {
        long end = offset + bytes.remaining() / Float.BYTES;
        for (Parameter matrix : matrices) {
            for (long at = Math.max(offset, matrix.offset()); at < Math.min(end, matrix.end()); at++) {
                int place = bytes.position() + (int) (at - offset) * Float.BYTES;
                zeros += bytes.getFloat(place) == 0 ? 1 : 0;
            }
        }
    }

    /** Share of them; null where there is nothing that could be zero. */
    Double share() {
        return size == 0 ? null : (double) zeros / size;
    }
}
