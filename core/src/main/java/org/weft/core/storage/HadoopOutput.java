package org.weft.core.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both ways of {@link CommitMode} have in common: a file is written, synced and closed, and then appears. */
abstract class HadoopOutput extends AtomicOutput {
    private static final Logger LOG = LoggerFactory.getLogger(HadoopOutput.class);

    private final FileSystem system;
    private final FSDataOutputStream out;
    private final Path written;
    private final Path target;
    private boolean closed;

    /**
     * @param written where the bytes go; what is removed when the file is given up
     * @param target where the file appears
     */
    HadoopOutput(FileSystem system, Path written, Path target) throws IOException {
        this.system = system;
        this.written = written;
        this.target = target;
        this.out = system.create(written, true);
    }

    @Override
    public void write(int value) throws IOException {
        LocalDisk.run(target, () -> out.write(value));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        LocalDisk.run(target, () -> out.write(bytes, offset, length));
    }

    @Override
    public void commit() throws IOException {
        LocalDisk.run(target, () -> {
            sync();
            out.close();
        });
        appear();
        closed = true;
    }

    /** Puts the closed file under the target's name. */
    abstract void appear() throws IOException;

    /**
     * Gives up an open file, before what was written is removed; returns whether there is nothing to remove. That it
     * cannot be closed is no news: HDFS throws here what its write has thrown, the very same exception, and Java would
     * replace that one by its own where a try block closes the file.
     */
    boolean abort(FSDataOutputStream open) throws IOException {
        try {
            LocalDisk.run(this, open::close);
        } catch (IOException e) {
            LOG.debug("giving up {}", this, e);
        }
        return false;
    }

    /** Object stores have nothing to sync: what was written is durable when it is closed. */
    private void sync() throws IOException {
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
        boolean gone = false;
        try {
            gone = abort(out);
        } finally {
            if (!gone) {
                system.delete(written, false);
            }
        }
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
