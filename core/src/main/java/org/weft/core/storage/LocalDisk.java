package org.weft.core.storage;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Seekable;

/**
 * Hadoop's local file system tells of a disk that is full or fails with {@link FSError}, an {@link Error}, which passes
 * everyone who handles what files do. Here it is an {@link IOException} again.
 */
final class LocalDisk {
    private static final long SEEK_BYTES = 1 << 16;

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
                return call(
                        file, () -> count >= SEEK_BYTES && in instanceof Seekable ? seek(in, count) : in.skip(count));
            }
        };
    }

    /** Streams of object stores skip by reading what they skip. */
    private static long seek(InputStream in, long count) throws IOException {
        Seekable seekable = (Seekable) in;
        long from = seekable.getPos();
        try {
            seekable.seek(from + count - 1);
            if (in.read() >= 0) { // Some say only then that the file has ended.
                return count;
            }
        } catch (EOFException shorter) {
            // How long it is, reading will say.
        }
        seekable.seek(from);
        return in.skip(count);
    }
}
