package org.weft.core.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;

/**
 * What Weft asks of a file system. Paths are Hadoop paths with or without a scheme; without one they belong to the
 * default file system. Implementations are safe for use by many threads and travel to executors in task closures.
 */
public interface Store extends Serializable {

    /**
     * @param path the full path with its scheme
     * @param name the last component
     * @param length bytes, 0 for a directory
     * @param modifiedMillis since 1970, by the storage's clock; of an object store's directory of no meaning
     */
    record Entry(String path, String name, long length, boolean directory, long modifiedMillis) {}

    /** Positioned reads of one file; safe for use by many threads. */
    interface RandomReader extends AutoCloseable {
        long length();

        /** Reads exactly {@code length} bytes at {@code position}, or throws {@link java.io.EOFException}. */
        void readFully(long position, byte[] into, int offset, int length) throws IOException;

        @Override
        void close() throws IOException;
    }

    boolean exists(String path) throws IOException;

    /** Files and directories directly in a directory, by name; empty where there is no such directory. */
    List<Entry> list(String directory) throws IOException;

    /**
     * All files that a path, directory (recursively; names that start with '.' or '_' left out) or glob stands for, by
     * path. A path that exists is no glob, whatever is in its name.
     *
     * @throws java.io.FileNotFoundException where nothing matches
     */
    List<Entry> files(String pathOrGlob) throws IOException;

    /** Sequential bytes as stored. */
    InputStream open(String path) throws IOException;

    /** Sequential bytes, unpacked where the name ends as a compression codec of Hadoop's does (.gz, .bz2, ...). */
    default InputStream openDecompressed(String path) throws IOException {
        return decompressing(path, open(path));
    }

    /** What {@link #openDecompressed} makes of a file's bytes; closes them where it cannot. */
    InputStream decompressing(String path, InputStream stored) throws IOException;

    /** Whether {@link #openDecompressed} unpacks; a compressed file can be read from its beginning only. */
    boolean compressed(String path);

    RandomReader openRandom(String path) throws IOException;

    /** A file that appears under its name only when it is whole. */
    AtomicOutput create(String path) throws IOException;

    /** Writes a whole file as {@link #create} does. */
    default void write(String path, byte[] bytes) throws IOException {
        try (AtomicOutput out = create(path)) {
            out.write(bytes);
            out.commit();
        }
    }

    /**
     * Writes a small file where nothing stands yet; false where the name is taken. Of many who try at once one succeeds,
     * except on object stores, where the last one does: read back what stands there.
     */
    boolean createNew(String path, byte[] bytes) throws IOException;

    /** Writes a small file in place of what stands there; readers see the old bytes or the new ones. */
    void replace(String path, byte[] bytes) throws IOException;

    /** Whether a file or directory moves in one step here; on object stores it does not. */
    boolean renames(String path) throws IOException;

    /** Writes what a file is to begin with. */
    @FunctionalInterface
    interface Start {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * A file that grows under its name; {@code flush} shows readers what was written. It takes the place of what stood
     * there when its start is written, which may have been read from that; where it cannot be, the old file stays.
     */
    OutputStream stream(String path, Start start) throws IOException;

    /**
     * Closes a file that its writer left open when it died, so that it can be read to its end; waits for some seconds.
     * Nothing to do where files have no such state.
     */
    void closeAbandoned(String path) throws IOException;

    /** Moves a file or directory to a name that must be free. */
    void rename(String from, String to) throws IOException;

    /** Removes a file or a whole directory; no error where there is none. */
    void delete(String path) throws IOException;

    /** Removes a directory that holds nothing, without a look for what comes to be in it meanwhile; else does nothing. */
    void deleteEmpty(String directory) throws IOException;

    byte[] readAll(String path) throws IOException;
}
