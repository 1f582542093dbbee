package org.weft.core.storage;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * A file that grows under its name while it is open. It begins under a dotted name, and takes its place, still open, once
 * what it starts with is in it: until then, and where that fails, what stood there stays. Where a rename is not one step
 * (object stores) the object appears when it is closed, and what it starts with is laid by on this machine before it is
 * opened, for it may be read from the very file that is replaced.
 */
final class GrowingFile extends FilterOutputStream {
    private final FSDataOutputStream file;
    private final Path path;

    private GrowingFile(FSDataOutputStream file, Path path) {
        super(file);
        this.file = file;
        this.path = path;
    }

    /**
     * @param context of the file system; asked for renames
     * @param start writes what the file is to begin with
     */
    static OutputStream open(FileSystem system, FileContext context, Path path, Store.Start start) throws IOException {
        FileSystem direct = unchecked(system);
        long unique = ThreadLocalRandom.current().nextLong();
        Path temporary = new Path(path.getParent(), HadoopStore.temporaryName(path.getName(), unique));
        GrowingFile out = new GrowingFile(direct.create(temporary, true), path);
        try {
            start.writeTo(out);
            out.flush();
            if (system instanceof ChecksumFileSystem checked) {
                direct.delete(checked.getChecksumFile(path), false); // Of the file that goes.
                if (!direct.rename(temporary, path)) {
                    throw new IOException(temporary + " could not be renamed to " + path);
                }
            } else {
                context.rename(system.makeQualified(temporary), system.makeQualified(path), Options.Rename.OVERWRITE);
            }
            return out;
        } catch (IOException | RuntimeException e) {
            out.giveUp(e);
            delete(direct, temporary, e);
            throw e;
        }
    }

    /** Beside its checksums a local file's last bytes would stay in memory until it is closed. */
    private static FileSystem unchecked(FileSystem system) {
        return system instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : system;
    }

    /** Where a rename is not one step. */
    static OutputStream openInPlace(FileSystem system, Path path, Store.Start start) throws IOException {
        try (Spool laidBy = new Spool("weft-start")) {
            start.writeTo(laidBy);
            laidBy.flush(); // A full disk is found before the object is opened.
            GrowingFile out = new GrowingFile(unchecked(system).create(path, true), path);
            try {
                laidBy.copyTo(out);
                out.flush();
                return out;
            } catch (IOException | RuntimeException e) {
                out.giveUp(e);
                throw e;
            }
        }
    }

    /** Closed as if it had never been, where the file system can do that. */
    private void giveUp(Exception cause) {
        try {
            if (file.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
                file.abort();
            } else {
                LocalDisk.run(path, file::close);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static void delete(FileSystem system, Path path, Exception cause) {
        try {
            system.delete(path, false);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        LocalDisk.run(path, () -> file.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
        LocalDisk.run(path, () -> {
            try {
                file.hflush();
            } catch (UnsupportedOperationException shownWhenClosed) {
                file.flush();
            }
        });
    }

    @Override
    public void close() throws IOException {
        LocalDisk.run(path, super::close);
    }
}
