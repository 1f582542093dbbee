package org.weft.worker;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Parameters did not come, or gradients did not arrive, while a pass was waiting for it: its work is to be dropped. */
final class ParametersMissing extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    ParametersMissing(IOException cause) {
        super(cause);
    }
}
