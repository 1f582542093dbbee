package org.weft.simulation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/** The file system as one process sees it: reads are everyone's, and what becomes of its writes is the process's fate. */
final class ProcessStore implements Store {
    private static final long serialVersionUID = 1L;

    private final transient MemoryStore files;
    private final transient Fate fate;

    /** What becomes of what a process does with files: it takes time, and may fail. */
    record Fate(VirtualProcess process, boolean takesTime, boolean readsFail) {
        /** Of one who looks on: no time passes, nothing fails. */
        static final Fate NONE = new Fate(null, false, false);

        private static final long LOOK_MICROS = VirtualTime.MILLI;
        private static final long READ_MICROS = 5 * VirtualTime.MILLI;
        private static final long WRITE_MICROS = 40 * VirtualTime.MILLI;

        Fate(VirtualProcess process, boolean readsFail) {
            this(process, true, readsFail);
        }

        /** Of a lease: a lock is held meanwhile, on which no fiber could wait. */
        static Fate ofLease(VirtualProcess process) {
            return new Fate(process, false, false);
        }

        private void look() throws IOException {
            takeTime(LOOK_MICROS);
        }

        private void read() throws IOException {
            takeTime(READ_MICROS);
            if (readsFail && process.simulation.faults.failsRead()) {
                throw new IOException("the store did not answer");
            }
        }

        private void write(MemoryStore files, String path, byte[] bytes) throws IOException {
            if (process instanceof DriverProcess && path.endsWith("/" + CheckpointManifest.FILE)) {
                process.simulation.invariants.leases().commits(path);
            }
            takeTime(WRITE_MICROS);
            if (process == null) {
                files.put(path, bytes);
            } else {
                process.simulation.write(path, bytes);
            }
        }

        private void takeTime(long micros) throws IOException {
            if (process == null) {
                return;
            }
            process.requireAlive();
            if (!takesTime) {
                return;
            }
            try {
                process.threads.sleepMicros(process.simulation.faults.duration(micros));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException(process + " was interrupted");
            }
        }
    }

    ProcessStore(MemoryStore files, Fate fate) {
        this.files = files;
        this.fate = fate;
    }

    @Override
    public boolean exists(String path) throws IOException {
        fate.look();
        return files.get(path) != null || !files.list(path).isEmpty();
    }

    @Override
    public boolean renames(String path) {
        return true;
    }

    @Override
    public List<Entry> list(String directory) throws IOException {
        fate.look();
        return files.list(directory);
    }

    @Override
    public byte[] readAll(String path) throws IOException {
        fate.read();
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
                fate.write(files, path, bytes.toByteArray());
            }
        };
    }

    @Override
    public void delete(String path) throws IOException {
        fate.look();
        files.delete(path);
    }

    @Override
    public void deleteEmpty(String directory) throws IOException {
        fate.look(); // No directory is without a file here.
    }

    @Override
    public List<Entry> files(String pathOrGlob) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream decompressing(String path, InputStream stored) {
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
    public boolean createNew(String path, byte[] bytes) throws IOException {
        if (files.get(path) != null) {
            return false;
        }
        replace(path, bytes);
        return true;
    }

    /** Leases alone use this. */
    @Override
    public void replace(String path, byte[] bytes) throws IOException {
        try {
            fate.write(files, path, bytes);
        } finally {
            if (files.get(path) == bytes) {
                fate.process().simulation.invariants.leases().written(fate.process());
            }
        }
    }

    @Override
    public OutputStream stream(String path, Start start) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                files.put(path, toByteArray());
            }
        };
        start.writeTo(file);
        return file;
    }

    @Override
    public void rename(String from, String to) {
        throw new UnsupportedOperationException();
    }
}
