package org.weft.core.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * Writes under the target's own name, where an object store shows the object when it is closed. A writer that is given
 * up aborts where the store can, so that nothing appears; elsewhere a part of the file may stand there until it is
 * removed, or for good where the process dies: readers compare length and checksum with what the manifest says.
 */
final class DirectOutput extends HadoopOutput {
    DirectOutput(FileSystem system, Path target) throws IOException {
        super(system, target, target);
    }

    @Override
    void appear() {
        // Closing was the commit.
    }

    @Override
    boolean abort(FSDataOutputStream open) throws IOException {
        if (open.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
            open.abort();
            return true;
        }
        return super.abort(open);
    }
}
