package org.weft.core.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
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

    /** A file that is read. */
    static InputStream reading(Object file, InputStream in) {
        return new FilterInputStream(in) {
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
                return call(file, () -> in.skip(count));
            }
        };
    }
}
