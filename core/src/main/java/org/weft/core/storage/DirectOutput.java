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
final class DirectOutput extends AtomicOutput {
    private final FileSystem system;
    private final FSDataOutputStream out;
    private final Path target;
    private boolean closed;

    DirectOutput(FileSystem system, Path target) throws IOException {
        this.system = system;
        this.target = target;
        this.out = system.create(target, true);
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void commit() throws IOException {
        RenamedOutput.sync(out);
        out.close();
        closed = true;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
            out.abort();
            return;
        }
        try {
            out.close();
        } finally {
            system.delete(target, false);
        }
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
