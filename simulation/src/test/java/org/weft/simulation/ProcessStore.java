package org.weft.simulation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/** The file system as one process sees it: reads are everyone's, and what becomes of its writes is the process's fate. */
final class ProcessStore implements Store {
    private static final long serialVersionUID = 1L;

    private final transient MemoryStore files;
    private final transient Writes writes;

    /** What happens when a file is committed. */
    @FunctionalInterface
    interface Writes {
        void commit(String path, byte[] bytes) throws IOException;
    }

    ProcessStore(MemoryStore files, Writes writes) {
        this.files = files;
        this.writes = writes;
    }

    @Override
    public boolean exists(String path) {
        return files.get(path) != null || !files.list(path).isEmpty();
    }

    @Override
    public boolean renames(String path) {
        return true;
    }

    @Override
    public List<Entry> list(String directory) {
        return files.list(directory);
    }

    @Override
    public byte[] readAll(String path) throws IOException {
        byte[] bytes = files.get(path);
        if (bytes == null) {
            throw new FileNotFoundException(path);
        }
        return bytes;
    }

    @Override
    public InputStream open(String path) throws IOException {
        return new ByteArrayInputStream(readAll(path));
    }

    @Override
    public RandomReader openRandom(String path) throws IOException {
        byte[] bytes = readAll(path);
        return new RandomReader() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public void readFully(long position, byte[] into, int offset, int length) throws IOException {
                if (position + length > bytes.length) {
                    throw new EOFException(path);
                }
                System.arraycopy(bytes, (int) position, into, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public AtomicOutput create(String path) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new AtomicOutput() {
            @Override
            public void write(int value) {
                bytes.write(value);
            }

            @Override
            public void write(byte[] source, int offset, int length) {
                bytes.write(source, offset, length);
            }

            @Override
            public void commit() throws IOException {
                writes.commit(path, bytes.toByteArray());
            }
        };
    }

    @Override
    public void delete(String path) {
        files.delete(path);
    }

    @Override
    public List<Entry> files(String pathOrGlob) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream openDecompressed(String path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean compressed(String path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void closeAbandoned(String path) {
        // Files appear whole.
    }

    @Override
    public boolean createNew(String path, byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void replace(String path, byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OutputStream stream(String path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void rename(String from, String to) {
        throw new UnsupportedOperationException();
    }
}
