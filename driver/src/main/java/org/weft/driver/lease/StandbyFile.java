package org.weft.driver.lease;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Json;
import org.weft.core.storage.Store;

/**
 * What tells people of a standby: {@code standby-ID.json} beside the terms, written anew now and then. Nothing is decided
 * by it. For one thread; {@link #close} for any.
 */
final class StandbyFile implements AutoCloseable {
    static final String PREFIX = "standby-";
    /** One that wrote nothing for so many times its own period is removed by the next that comes. */
    private static final int SIGNS_UNTIL_FORGOTTEN = 10;

    private static final Logger LOG = LoggerFactory.getLogger(StandbyFile.class);
    private static final ObjectMapper JSON =
            Json.RECORDS.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final LeaseFiles files;
    private final String path;
    private final DriverPlace driver;
    private final String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    private final int signSeconds;
    private final long periodNanos;
    private long sequence;
    private long signedAt;
    private boolean closed;

    /**
     * What it says.
     *
     * @param driver who stands by
     * @param started since when, by its own clock
     * @param signSeconds within which it writes again
     * @param sequence counts that
     */
    record Content(int formatVersion, DriverPlace driver, String started, int signSeconds, long sequence) {
        /** Null where the bytes are none. */
        static Content parse(byte[] bytes) {
            try {
                Content content = JSON.readValue(bytes, Content.class);
                return content == null || content.driver == null ? null : content;
            } catch (IOException e) {
                return null;
            }
        }
    }

    StandbyFile(LeaseFiles files, DriverPlace driver, int signSeconds, long periodNanos) {
        this.files = files;
        this.path =
                files.directory() + "/" + PREFIX + UUID.randomUUID().toString().substring(0, 8) + ".json";
        this.driver = driver;
        this.signSeconds = signSeconds;
        this.periodNanos = periodNanos;
    }

    /** Writes it where that is due; storage that fails matters to nobody. */
    synchronized void sign(long nowNanos) {
        if (closed || (sequence > 0 && nowNanos - signedAt < periodNanos)) {
            return;
        }
        signedAt = nowNanos;
        sequence++;
        try {
            byte[] bytes = JSON.writeValueAsBytes(new Content(1, driver, started, signSeconds, sequence));
            files.store().replace(path, bytes);
            if (sequence == 1) {
                removeForgotten();
            }
        } catch (IOException e) {
            LOG.debug("{} could not be written: {}", path, e.toString());
        }
    }

    /** What standbys left that were killed. Both times are the storage's. */
    private void removeForgotten() throws IOException {
        List<Store.Entry> all = files.standbys();
        long present = all.stream()
                .filter(entry -> path.endsWith("/" + entry.name()))
                .mapToLong(Store.Entry::modifiedMillis)
                .findFirst()
                .orElse(0);
        for (Store.Entry other : all) {
            if (present - other.modifiedMillis() > SIGNS_UNTIL_FORGOTTEN * 1000L * periodSeconds(other)) {
                files.store().delete(other.path());
            }
        }
    }

    /** Its own where it says none: it is of no more use to anybody. */
    private int periodSeconds(Store.Entry other) throws IOException {
        Content content = read(files.store(), other.path());
        return content == null ? signSeconds : content.signSeconds();
    }

    /** What such a file says; null where it is gone, or no whole one. */
    static Content read(Store store, String path) throws IOException {
        try {
            return Content.parse(store.readAll(path));
        } catch (FileNotFoundException gone) {
            return null;
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            files.store().delete(path);
            files.deleteEmptyDirectories(); // Of a run that never was.
        } catch (IOException e) {
            LOG.debug("{} could not be removed: {}", path, e.toString());
        }
    }
}
