package org.weft.monitoring.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.storage.Store;

/**
 * Event files of one process in one directory: one that grows, followed by another where storage failed, or where files
 * appear only when they are closed. What is not safe in a file is kept, up to {@value #MOST_PENDING} events, and tried
 * again. Owned by one thread.
 */
final class EventFile implements AutoCloseable {
    static final int MOST_PENDING = 20_000;
    private static final Logger LOG = LoggerFactory.getLogger(EventFile.class);
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long REOPEN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");

    private final Store store;
    private final String directory;
    private final String writer;
    private final LongSupplier clockMillis;
    private final LongSupplier nanoTime;
    /** What is not safe yet; handed to the stream where there is one. */
    private final Deque<byte[]> pending = new ArrayDeque<>();

    private OutputStream out;
    private long lastTry;
    private int files;
    /** Of what is not safe, the oldest that are too many to keep: lost where the stream fails. */
    private long dropped;

    private boolean failing;

    /**
     * @param writer a part of the files' names that no other process has
     * @param clockMillis milliseconds since 1970, for names
     */
    EventFile(Store store, String directory, String writer, LongSupplier clockMillis, LongSupplier nanoTime) {
        this.store = store;
        this.directory = directory;
        this.writer = writer;
        this.clockMillis = clockMillis;
        this.nanoTime = nanoTime;
        this.lastTry = nanoTime.getAsLong() - REOPEN_NANOS;
    }

    /** Writes an event; every few seconds readers see what was written. */
    void add(byte[] event) {
        pending.add(event);
        if (pending.size() > MOST_PENDING) {
            pending.remove();
            dropped++;
        }
        long since = nanoTime.getAsLong() - lastTry;
        try {
            if (out != null) {
                out.write(TfRecordFormat.frame(event));
                if (since >= FLUSH_NANOS) {
                    settle();
                }
            } else if (since >= REOPEN_NANOS) {
                reopen();
            }
        } catch (IOException e) {
            abandon(e);
        }
    }

    /** Shows readers what was written, where they see it before the file is closed; else goes on in another file. */
    void publish() {
        try {
            if (out == null) {
                reopen();
            } else {
                settle();
            }
            if (!store.renames(directory)) {
                OutputStream whole = out;
                out = null;
                whole.close();
                safe();
                lastTry = nanoTime.getAsLong() - REOPEN_NANOS; // The next event may open one at once.
            }
        } catch (IOException e) {
            abandon(e);
        }
    }

    private void reopen() throws IOException {
        lastTry = nanoTime.getAsLong();
        byte[] version = TfRecordFormat.frame(EventFormat.version(clockMillis.getAsLong() / 1e3));
        out = store.stream(directory + "/" + name(), start -> start.write(version));
        writePending();
        long lost = dropped;
        settle();
        if (failing) {
            LOG.info("{}: TensorBoard's events are written again, {} were dropped", directory, lost);
        }
        failing = false;
    }

    /** Readers take files in the order of their names: later than any that is there, whatever other machines' clocks said. */
    private String name() throws IOException {
        long seconds = clockMillis.getAsLong() / 1000;
        for (Store.Entry entry : store.list(directory)) {
            Matcher earlier = NAME.matcher(entry.name());
            if (earlier.matches()) {
                seconds = Math.max(seconds, 1 + Long.parseLong(earlier.group(1)));
            }
        }
        return String.format(Locale.ROOT, "events.out.tfevents.%010d.%s.%d", seconds, writer, files++);
    }

    private void writePending() throws IOException {
        for (byte[] event : pending) {
            out.write(TfRecordFormat.frame(event));
        }
    }

    /** What was flushed is safe, but on object stores, where there is no file before it is closed. */
    private void settle() throws IOException {
        lastTry = nanoTime.getAsLong();
        out.flush();
        if (store.renames(directory)) {
            safe();
        }
    }

    private void safe() {
        pending.clear();
        dropped = 0;
    }

    private void abandon(IOException cause) {
        if (!failing) {
            LOG.warn(
                    "{}: TensorBoard's events cannot be written, will be tried again: {}", directory, cause.toString());
        }
        failing = true;
        lastTry = nanoTime.getAsLong();
        OutputStream broken = out;
        out = null;
        try {
            if (broken != null) {
                broken.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a file in {}", directory, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (out == null && !pending.isEmpty()) {
            reopen();
        }
        OutputStream last = out;
        out = null;
        if (last != null) {
            last.close();
        }
    }
}
