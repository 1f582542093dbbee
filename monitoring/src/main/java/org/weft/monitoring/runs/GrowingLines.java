package org.weft.monitoring.runs;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.weft.core.storage.Store;

/**
 * The lines of a file that somebody else writes, from near its end on, each once. It may be replaced by one that begins like
 * it and goes on in another way, as a run does that goes back: then it is read from near its end again. Of a file on HDFS
 * that is being written, what its writer flushed is seen. For one thread.
 */
final class GrowingLines {
    private static final int CHUNK = 1 << 16;
    private static final int NEWLINE = '\n';

    private final Store store;
    private final String path;
    private final long tailBytes;
    /** Where the last line that was told begins; -1 before there is one. */
    private long at = -1;
    /** That line, with its end. */
    private byte[] last = {};

    /**
     * @param tailBytes to begin with, from the end
     */
    GrowingLines(Store store, String path, long tailBytes) {
        this.store = store;
        this.path = path;
        this.tailBytes = tailBytes;
    }

    /**
     * Tells whole lines that are new.
     *
     * @return whether the file is another than before
     */
    boolean poll(Consumer<String> line) throws IOException {
        return poll(line, () -> {});
    }

    /** @param anew told before the lines of a file that is another than before */
    boolean poll(Consumer<String> line, Runnable anew) throws IOException {
        if (at >= 0 && goesOn(line)) {
            return false;
        }
        boolean replaced = at >= 0;
        if (replaced) {
            anew.run();
        }
        at = -1;
        last = new byte[0];
        tail(line);
        return replaced;
    }

    /** False where the last line is not where it was. */
    private boolean goesOn(Consumer<String> line) throws IOException {
        try (InputStream in = store.open(path)) {
            in.skipNBytes(at);
            if (!Arrays.equals(in.readNBytes(last.length), last)) {
                return false;
            }
            tell(in, at + last.length, line);
            return true;
        } catch (EOFException shorter) {
            return false;
        } catch (FileNotFoundException moved) { // For a moment, where a rename takes two steps.
            return true;
        }
    }

    private void tail(Consumer<String> line) throws IOException {
        long length;
        try (InputStream in = store.open(path)) {
            length = length(in);
        } catch (FileNotFoundException notYet) {
            return;
        }
        long from = Math.max(0, length - tailBytes);
        try (InputStream in = store.open(path)) {
            in.skipNBytes(from);
            long position = from;
            if (from > 0) { // In the midst of a line.
                int next = in.read();
                for (position++; next >= 0 && next != NEWLINE; position++) {
                    next = in.read();
                }
            }
            tell(in, position, line);
        }
    }

    /** What a listing says of a file that is being written may be long ago; an open one knows better. */
    private long length(InputStream in) throws IOException {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        long listed = store.list(path.substring(0, slash)).stream()
                .filter(entry -> entry.name().equals(name))
                .mapToLong(Store.Entry::length)
                .findFirst()
                .orElse(0);
        try {
            in.skipNBytes(listed);
            return in.read() < 0 ? listed : listed + 1 + in.available(); // Before a read it may be anything.
        } catch (EOFException replaced) {
            return 0;
        }
    }

    private void tell(InputStream in, long from, Consumer<String> line) throws IOException {
        ByteArrayOutputStream partial = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        long position = from;
        for (int read = in.read(chunk); read > 0; read = in.read(chunk)) {
            int start = 0;
            for (int i = 0; i < read; i++) {
                if (chunk[i] == NEWLINE) {
                    partial.write(chunk, start, i + 1 - start);
                    start = i + 1;
                    last = partial.toByteArray();
                    at = position;
                    position += last.length;
                    partial.reset();
                    line.accept(new String(last, 0, last.length - 1, StandardCharsets.UTF_8));
                }
            }
            partial.write(chunk, start, read - start);
        }
    }
}
