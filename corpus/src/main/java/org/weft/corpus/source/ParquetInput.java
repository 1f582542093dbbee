package org.weft.corpus.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.weft.core.storage.Store;

/** A file of a {@link Store} as Parquet's readers want it. Owned by one thread; its stream closes it. */
final class ParquetInput implements InputFile {
    private final Store.RandomReader file;

    ParquetInput(Store store, String path) throws IOException {
        this.file = store.openRandom(path);
    }

    @Override
    public long getLength() {
        return file.length();
    }

    @Override
    public SeekableInputStream newStream() {
        Positioned stream = new Positioned();
        return new DelegatingSeekableInputStream(stream) {
            @Override
            public long getPos() {
                return stream.position;
            }

            @Override
            public void seek(long position) {
                stream.position = position;
            }
        };
    }

    void close() throws IOException {
        file.close();
    }

    /** Reads from a position on. */
    private final class Positioned extends InputStream {
        private final byte[] one = new byte[1];
        private long position;

        @Override
        public int read() throws IOException {
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = (int) Math.min(length, file.length() - position);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            try {
                file.readFully(position, into, offset, count);
            } catch (EOFException shorter) {
                throw shorter;
            } catch (IOException e) {
                throw StorageFailure.of(e);
            }
            position += count;
            return count;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
