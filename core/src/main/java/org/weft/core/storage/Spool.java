package org.weft.core.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of this machine that is written, read once and gone when it is closed, whatever failed meanwhile. It is made with
 * the first byte. Owned by one thread.
 */
public final class Spool extends OutputStream {
    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private Path file;
    private OutputStream out;

    /**
     * @param name what the file's name begins with
     */
    public Spool(String name) {
        this.name = name;
    }

    @Override
    public void write(int value) throws IOException {
        open().write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        open().write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        open().flush();
    }

    /** Writes what was written to another stream; the end of writing here. */
    public void copyTo(OutputStream to) throws IOException {
        open().close();
        Files.copy(file, to);
    }

    private OutputStream open() throws IOException {
        if (out == null) {
            file = Files.createTempFile(name, ".spool");
            out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES);
        }
        return out;
    }

    @Override
    public void close() throws IOException {
        try {
            if (out != null) {
                out.close();
            }
        } finally {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        }
    }
}
