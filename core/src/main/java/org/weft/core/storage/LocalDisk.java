package org.weft.core.storage;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;

/**
 * Hadoop's local file system tells of a disk that is full or fails with {@link FSError}, an {@link Error}, which passes
 * everyone who handles what files do. Here it is an {@link IOException} again.
 */
final class LocalDisk {
    private LocalDisk() {}

    /** Something that is done with a file. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** As {@link Work}, without a result. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    static <T> T call(Object file, Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (FSError e) {
            throw new LocalDiskException(file, e.getCause() == null ? e : e.getCause());
        }
    }

    static void run(Object file, Action action) throws IOException {
        call(file, () -> {
            action.run();
            return null;
        });
    }

    /** A file that is read; what is skipped of it is not. */
    static InputStream reading(Object file, FSDataInputStream stored) {
        return new FilterInputStream(stored) {
            @Override
            public int read() throws IOException {
                return call(file, in::read);
            }

            @Override
            public int read(byte[] into, int offset, int count) throws IOException {
                return call(file, () -> in.read(into, offset, count));
            }

            @Override
            public long skip(long count) throws IOException {
                return call(file, () -> skipped(stored, count));
            }
        };
    }

    /** Of most of Hadoop's streams, an object store's among them, {@code skip} reads what it passes over. */
    private static long skipped(FSDataInputStream in, long count) throws IOException {
        long from = in.getPos();
        if (count <= 0 || count > Long.MAX_VALUE - from) {
            return in.skip(count);
        }
        try {
            in.seek(from + count - 1);
            if (in.read() >= 0) { // some streams let one seek beyond the end
                return count;
            }
        } catch (EOFException beyondTheEnd) {
            // As below.
        }
        in.seek(from);
        return in.skip(count);
    }
}
