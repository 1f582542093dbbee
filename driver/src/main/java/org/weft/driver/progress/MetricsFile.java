package org.weft.driver.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Json;
import org.weft.core.storage.Store;

/**
 * A file of lines, each a JSON object with a step. Storage that fails is no reason to stop a run: lines are kept until they
 * can be written, and the file is opened again. Whatever fails, and however often, what stood in the file stays. Lines that
 * are safe in it are not held in memory. Owned by one thread.
 */
final class MetricsFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsFile.class);
    private static final long REOPEN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Store store;
    private final String path;
    private final LongSupplier nanoTime;
    /** Lines that are safe in the file. */
    private int flushedLines;
    /** Lines after those, whether or not they have been handed to the stream. */
    private final List<String> unflushed = new ArrayList<>();

    private OutputStream out;
    private long lastTry;
    private boolean closed;

    MetricsFile(Store store, String path) {
        this(store, path, System::nanoTime);
    }

    MetricsFile(Store store, String path, LongSupplier nanoTime) {
        this.store = store;
        this.path = path;
        this.nanoTime = nanoTime;
        this.lastTry = nanoTime.getAsLong();
    }

    /** Opens it for writing; lines of later steps are dropped. */
    void open(int step) throws IOException {
        rewrite(step, Integer.MAX_VALUE);
    }

    /**
     * Opens the file anew: what it has, then what is not in it yet. Where that fails the file is as it was.
     *
     * @param step lines of later steps are dropped
     * @param most lines that are taken over
     */
    private void rewrite(int step, int most) throws IOException {
        int[] taken = {0};
        out = store.stream(path, start -> {
            eachLine(step, line -> {
                if (taken[0] < most) {
                    taken[0]++;
                    write(start, line);
                }
            });
            for (String line : unflushed) {
                write(start, line);
            }
        });
        flushedLines = taken[0] + unflushed.size();
        unflushed.clear();
    }

    /** Takes a line. */
    @FunctionalInterface
    interface LineSink {
        void accept(String line) throws IOException;
    }

    /** The lines of steps up to one; none where there is no file. */
    void eachLine(int step, LineSink sink) throws IOException {
        eachLine(step, "", sink);
    }

    /** @param mark what stands in the lines that are wanted: most are not, and need not be parsed */
    void eachLine(int step, String mark, LineSink sink) throws IOException {
        eachLine(line -> {
            if (line.contains(mark) && stepOf(line) <= step) {
                sink.accept(line);
            }
        });
    }

    /** All lines, whatever they are, one at a time; none where there is no file. */
    void eachLine(LineSink sink) throws IOException {
        if (!store.exists(path)) {
            return;
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(store.open(path), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                sink.accept(line);
            }
        }
    }

    /**
     * Of what is no line of the log, such as one that a killed driver left half written, a step that never comes. What
     * happened to the run is no less true for its going back: that stays at any step.
     */
    private static int stepOf(String line) {
        try {
            JsonNode object = Json.MAPPER.readTree(line);
            if (object == null) {
                return Integer.MAX_VALUE;
            }
            return object.has("event") ? Integer.MIN_VALUE : object.path("step").asInt(Integer.MAX_VALUE);
        } catch (JsonProcessingException halfWritten) {
            return Integer.MAX_VALUE;
        }
    }

    /**
     * Writes a line.
     *
     * @param flushAfterNanos how long lines may wait until they outlive the process
     */
    void add(String line, long flushAfterNanos) {
        unflushed.add(line);
        long since = nanoTime.getAsLong() - lastTry;
        try {
            if (out != null) {
                write(out, line);
            } else if (since > REOPEN_NANOS) {
                reopen();
            }
            if (out != null && since >= flushAfterNanos) {
                flushLines();
                settle();
            }
        } catch (IOException e) {
            abandon(e);
        }
    }

    private void reopen() throws IOException {
        rewrite(Integer.MAX_VALUE - 1, flushedLines);
        LOG.info("{} is written again", path);
    }

    /** Makes what was written so far outlive the process, where storage allows; looks whether it is still there. */
    void flush() {
        try {
            if (out != null) {
                flushLines();
                requireThere();
                settle();
            }
        } catch (IOException e) {
            abandon(e);
        }
    }

    private void flushLines() throws IOException {
        lastTry = nanoTime.getAsLong();
        out.flush();
    }

    private void requireThere() throws IOException {
        if (store.renames(path) && !store.exists(path)) { // An object appears when it is closed.
            throw new FileNotFoundException("somebody removed it; it begins anew");
        }
    }

    /** What was flushed is the file's. */
    private void settle() {
        flushedLines += unflushed.size();
        unflushed.clear();
    }

    private void abandon(IOException cause) {
        LOG.warn(
                "{} cannot be written, will be tried again in {} s: {}",
                path,
                TimeUnit.NANOSECONDS.toSeconds(REOPEN_NANOS),
                cause.getMessage());
        lastTry = nanoTime.getAsLong();
        closeQuietly();
    }

    private void closeQuietly() {
        OutputStream broken = out;
        out = null;
        try {
            if (broken != null) {
                broken.close();
            }
        } catch (IOException e) {
            LOG.debug("closing {}", path, e);
        }
    }

    private static void write(OutputStream to, String text) throws IOException {
        to.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Writes what is still to be written; a last failure is logged. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        flush(); // Gives the file up where that fails: then it is tried once more, anew.
        try {
            if (out == null) {
                reopen();
            }
            out.close();
            out = null;
        } catch (IOException e) {
            LOG.warn("{} lines of {} could not be written: {}", unflushed.size(), path, e.getMessage());
            closeQuietly();
        }
    }
}
