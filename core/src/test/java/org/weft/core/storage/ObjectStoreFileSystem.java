package org.weft.core.storage;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** As S3's connector behaves: nothing renames, nothing syncs, an object appears when its writer closes it. */
public final class ObjectStoreFileSystem extends RawLocalFileSystem {
    private static final URI BUCKET = URI.create("s3a://bucket");

    /** A store on {@code s3a://bucket/…}, kept on the local disk at the same path. */
    static HadoopStore store() {
        Configuration configuration = new Configuration();
        configuration.setClass("fs.s3a.impl", ObjectStoreFileSystem.class, ObjectStoreFileSystem.class);
        configuration.setBoolean("fs.s3a.impl.disable.cache", true);
        return new HadoopStore(configuration);
    }

    @Override
    public URI getUri() {
        return BUCKET;
    }

    @Override
    public String getScheme() {
        return BUCKET.getScheme();
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        return create(path, overwrite, bufferSize, replication, blockSize, progress);
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        if (!overwrite && exists(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        return new FSDataOutputStream(new Upload(path), null);
    }

    private void put(Path path, byte[] bytes) throws IOException {
        try (OutputStream out = super.create(path, true, 4096, (short) 1, 1 << 20, null)) {
            out.write(bytes);
        }
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        throw new IOException("no rename here: " + from);
    }

    @Override
    protected void rename(Path from, Path to, Options.Rename... options) throws IOException {
        throw new FileNotFoundException("no rename here: " + from);
    }

    /** Bytes on their way; nothing of them is seen before {@link #close}, and nothing at all after {@link #abort}. */
    private final class Upload extends OutputStream implements Abortable, StreamCapabilities {
        private final Path path;
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
        private boolean ended;

        Upload(Path path) {
            this.path = path;
        }

        @Override
        public void write(int value) {
            parts.write(value);
        }

        @Override
        public void close() throws IOException {
            if (!ended) {
                ended = true;
                put(path, parts.toByteArray());
            }
        }

        @Override
        public AbortableResult abort() {
            boolean already = ended;
            ended = true;
            return new AbortableResult() {
                @Override
                public boolean alreadyClosed() {
                    return already;
                }

                @Override
                public IOException anyCleanupException() {
                    return null;
                }
            };
        }

        @Override
        public boolean hasCapability(String capability) {
            return capability.equals(StreamCapabilities.ABORTABLE_STREAM);
        }
    }
}
