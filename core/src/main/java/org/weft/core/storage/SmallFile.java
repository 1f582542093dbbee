package org.weft.core.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of a few hundred bytes that processes agree by. On HDFS both operations are one rename in the NameNode. On a
 * local file system they bypass Hadoop, whose renames there look first and move then, and whose checksum is a second
 * file: a hard link, which fails where the name is taken, and an atomic move.
 */
record SmallFile(FileSystem system, CommitMode mode, Path target) {

    /**
     * Writes it where nothing stands yet; of many who try at once one succeeds. Object stores look first and write
     * then: there the last writer wins, and everyone has to read back.
     *
     * @return false where the name is taken
     */
    boolean createNew(FileContext context, byte[] bytes) throws IOException {
        if (system instanceof LocalFileSystem local) {
            return linkLocal(local.pathToFile(target).toPath(), bytes);
        }
        if (mode == CommitMode.DIRECT) {
            return createDirect(bytes);
        }
        Path temporary = new Path(target.getParent(), temporaryName());
        try {
            try (OutputStream out = system.create(temporary, true)) {
                out.write(bytes);
            }
            context.rename(system.makeQualified(temporary), system.makeQualified(target));
            return true;
        } catch (org.apache.hadoop.fs.FileAlreadyExistsException taken) {
            return false;
        } finally {
            system.delete(temporary, false);
        }
    }

    private boolean createDirect(byte[] bytes) throws IOException {
        try (OutputStream out = system.create(target, false)) {
            out.write(bytes);
            return true;
        } catch (org.apache.hadoop.fs.FileAlreadyExistsException taken) {
            return false;
        }
    }

    private boolean linkLocal(java.nio.file.Path file, byte[] bytes) throws IOException {
        java.nio.file.Path temporary = writeLocal(file, bytes);
        try {
            Files.createLink(file, temporary);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (UnsupportedOperationException noLinks) {
            return Files.notExists(file) && temporary.toFile().renameTo(file.toFile());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Puts it in the place of what stands there; readers see the old bytes or the new ones. */
    void replace(AtomicOutput output, byte[] bytes) throws IOException {
        try (output) {
            output.write(bytes);
            output.commit();
        }
    }

    /** The same on a local file system. */
    void replaceLocal(LocalFileSystem local, byte[] bytes) throws IOException {
        java.nio.file.Path file = local.pathToFile(target).toPath();
        java.nio.file.Path temporary = writeLocal(file, bytes);
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private java.nio.file.Path writeLocal(java.nio.file.Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        java.nio.file.Path temporary = file.resolveSibling(temporaryName());
        try {
            return Files.write(temporary, bytes);
        } catch (IOException e) {
            Files.deleteIfExists(temporary); // A full disk has room for names.
            throw new LocalDiskException(file, e);
        }
    }

    private String temporaryName() {
        return HadoopStore.temporaryName(
                target.getName(), ThreadLocalRandom.current().nextLong());
    }
}
