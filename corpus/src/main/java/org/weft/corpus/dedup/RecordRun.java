package org.weft.corpus.dedup;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;

/** Sorted records, in memory or in a file of this machine that is gone when the run is closed. */
abstract class RecordRun implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Goes to the next record; false where there is none. */
    abstract boolean next() throws IOException;

    abstract byte[] bytes();

    abstract int offset();

    @Override
    public abstract void close();

    static RecordRun inMemory(RecordOrder order) {
        return new InMemory(order);
    }

    /** Writes the records to a file. */
    static RecordRun spilled(RecordOrder order) throws IOException {
        Path file = localFile();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
            for (int i = 0; i < order.count(); i++) {
                out.write(order.records(), order.offset(i), order.width());
            }
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw new IOException("cannot spill: file=" + file + ": " + e.getMessage(), e);
        }
        return new InFile(file, order.width());
    }

    /** In Spark's own directories, as its spills are; in a temporary one outside of Spark. */
    private static Path localFile() throws IOException {
        SparkEnv spark = SparkEnv.get();
        File file = spark == null
                ? File.createTempFile("weft", ".run")
                : spark.blockManager().diskBlockManager().createTempLocalBlock()._2();
        return file.toPath();
    }

    /** The last records that came. */
    private static final class InMemory extends RecordRun {
        private final RecordOrder order;
        private int at = -1;

        InMemory(RecordOrder order) {
            this.order = order;
        }

        @Override
        boolean next() {
            return ++at < order.count();
        }

        @Override
        byte[] bytes() {
            return order.records();
        }

        @Override
        int offset() {
            return order.offset(at);
        }

        @Override
        public void close() {}
    }

    /** Records that were too many. */
    private static final class InFile extends RecordRun {
        private final Path file;
        private final byte[] record;
        private InputStream in;

        InFile(Path file, int width) {
            this.file = file;
            this.record = new byte[width];
        }

        @Override
        boolean next() throws IOException {
            if (in == null) {
                in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
            }
            int read = in.readNBytes(record, 0, record.length);
            if (read != 0 && read != record.length) {
                throw new IOException("spilled file is cut short: file=" + file);
            }
            return read != 0;
        }

        @Override
        byte[] bytes() {
            return record;
        }

        @Override
        int offset() {
            return 0;
        }

        @Override
        public void close() {
            try {
                if (in != null) {
                    in.close();
                }
                Files.deleteIfExists(file);
            } catch (IOException ignored) {
                // Spark removes its local directories with the application.
            }
        }
    }
}
