package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.junit.jupiter.api.Test;

/** What is left out of a file is not read. */
class LocalDiskTest {
    private static final int LENGTH = 1 << 20;

    @Test
    void aLongSkipSeeks() throws IOException {
        Stored stored = new Stored();
        try (InputStream in = LocalDisk.reading("file", new FSDataInputStream(stored))) {
            in.skipNBytes(700_000);
            assertThat(stored.read).isEqualTo(1);
            assertThat(in.read()).isEqualTo(700_000 & 0xFF);
            in.skipNBytes(10);
            assertThat(in.read()).isEqualTo(700_011 & 0xFF);
        }
    }

    @Test
    void beyondTheEndItIsCutShort() throws IOException {
        try (InputStream in = LocalDisk.reading("file", new FSDataInputStream(new Stored()))) {
            in.skipNBytes(LENGTH);
            assertThat(in.read()).isEqualTo(-1);
        }
        try (InputStream in = LocalDisk.reading("file", new FSDataInputStream(new Stored()))) {
            assertThatThrownBy(() -> in.skipNBytes(LENGTH + 1)).isInstanceOf(EOFException.class);
        }
    }

    /** As an object store's: it skips as every stream does, by reading. */
    private static final class Stored extends FSInputStream {
        private long at;
        private long read;

        @Override
        public int read() {
            if (at >= LENGTH) {
                return -1;
            }
            read++;
            return (int) (at++ & 0xFF);
        }

        @Override
        public void seek(long position) {
            at = position;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public boolean seekToNewSource(long target) {
            return false;
        }
    }
}
