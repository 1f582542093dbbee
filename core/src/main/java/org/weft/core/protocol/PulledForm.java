package org.weft.core.protocol;

import org.weft.core.optim.StateVector;

/**
 * One vector of a shard in one form: what is asked for when buckets are pulled.
 *
 * @param codec name of a {@link BucketCodec}
 */
public record PulledForm(StateVector part, String codec) {

    /** In plain float32. */
    public static PulledForm plain(StateVector part) {
        return new PulledForm(part, BucketCodec.F32.name());
    }

    @Override
    public String toString() {
        return part.vector() + " as " + codec;
    }
}
