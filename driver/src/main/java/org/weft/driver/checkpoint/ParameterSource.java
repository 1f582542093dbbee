package org.weft.driver.checkpoint;

import java.io.IOException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/** A source whose parameters come each from a place of its own. */
public interface ParameterSource extends InitialCheckpoint.Source {

    /** Of what is handed out. */
    ParameterLayout layout();

    /**
     * Hands out a part of one parameter.
     *
     * @param from first element within the flat vector of {@link #layout}
     * @param until after the last; at least one element, all of this parameter
     */
    void read(Parameter parameter, long from, long until, CheckpointReader.Sink sink) throws IOException;

    @Override
    default void read(long offset, long length, CheckpointReader.Sink sink) throws IOException {
        for (Parameter parameter : layout().parameters()) {
            long from = Math.max(offset, parameter.offset());
            long until = Math.min(offset + length, parameter.end());
            if (from < until) {
                read(parameter, from, until, sink);
            }
        }
    }
}
