package org.weft.core.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** Writes under a dotted name beside the target; {@code hsync}, then an overwriting rename, make the file appear. */
final class RenamedOutput extends AtomicOutput {
    private final FileSystem system;
    private final FileContext context;
    private final FSDataOutputStream out;
    private final Path temporary;
    private final Path target;
    private boolean closed;

    RenamedOutput(FileSystem system, FileContext context, Path temporary, Path target) throws IOException {
        this.system = system;
        this.context = context;
        this.temporary = temporary;
        this.target = target;
        this.out = system.create(temporary, true);
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
        sync(out);
        out.close();
        context.rename(system.makeQualified(temporary), system.makeQualified(target), Options.Rename.OVERWRITE);
        closed = true;
    }

    /** Object stores have nothing to sync: what was written is durable when it is closed. */
    static void sync(FSDataOutputStream out) throws IOException {
        try {
            out.hsync();
        } catch (UnsupportedOperationException closedIsDurable) {
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            out.close();
        } finally {
            system.delete(temporary, false);
        }
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
