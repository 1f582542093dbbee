package org.weft.corpus.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The storage failed to give a file's bytes, which may be as they should be: no fault of the input, and worth another try. */
final class StorageFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private StorageFailure(IOException cause) {
        super(cause.getMessage(), cause);
    }

    static StorageFailure of(IOException cause) {
        return new StorageFailure(cause);
    }

    /** Whether that is what a failure goes back to. */
    static boolean isWithin(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof StorageFailure) {
                return true;
            }
        }
        return false;
    }

    /** A stream of the storage, whose failures can be told from those of who unpacks it. */
    static InputStream marking(InputStream stored) {
        return new FilterInputStream(stored) {
            @Override
            public int read() throws IOException {
                try {
                    return in.read();
                } catch (IOException e) {
                    throw new StorageFailure(e);
                }
            }

            @Override
            public int read(byte[] into, int offset, int count) throws IOException {
                try {
                    return in.read(into, offset, count);
                } catch (IOException e) {
                    throw new StorageFailure(e);
                }
            }

            @Override
            public long skip(long count) throws IOException {
                try {
                    return in.skip(count);
                } catch (IOException e) {
                    throw new StorageFailure(e);
                }
            }
        };
    }
}
