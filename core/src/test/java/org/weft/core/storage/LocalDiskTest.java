package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.junit.jupiter.api.Test;

/** What a file is read by. */
class LocalDiskTest {
    private static final int LENGTH = 1000;

    @Test
    void whatIsSkippedIsNotRead() throws IOException {
        Remote remote = new Remote();
        try (InputStream in = LocalDisk.reading("file", new FSDataInputStream(remote))) {
            in.skipNBytes(700);
            assertThat(in.read()).isEqualTo(700 % 251);
            in.skipNBytes(0);
            in.skipNBytes(LENGTH - 701);
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(remote.read).isLessThan(5);
        try (InputStream in = LocalDisk.reading("file", new FSDataInputStream(new Remote()))) {
            assertThat(in.skip(Long.MAX_VALUE)).isEqualTo(LENGTH);
        }
        try (InputStream in = LocalDisk.reading("file", new FSDataInputStream(new Remote()))) {
            assertThatThrownBy(() -> in.skipNBytes(LENGTH + 1)).isInstanceOf(EOFException.class);
        }
    }

    /** As an object store's: it may be sought beyond its end, and skips by reading. */
    private static final class Remote extends FSInputStream {
        private long at;
        private long read;

        @Override
        public void seek(long position) {
            at = position;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public boolean seekToNewSource(long position) {
            return false;
        }

        @Override
        public int read() {
            if (at >= LENGTH) {
                return -1;
            }
            read++;
            return (int) (at++ % 251);
        }
    }
}
