package org.weft.driver.local;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;

/**
 * A NameNode and a DataNode inside this process, on the loopback interface, for trying Weft on one machine. Files are
 * kept under a directory between runs, at the same address where its port is still free. One process at a time. Start
 * it before Spark: a start that fails takes the shutdown hooks of Hadoop, which are Spark's too, with it.
 *
 * <pre>
 * dir/lock      held while it runs
 * dir/port      the NameNode's port of the last run
 * dir/name      the NameNode's namespace
 * dir/data      the DataNode's blocks
 * dir/scratch   removed when the process ends
 * </pre>
 */
public final class EmbeddedHdfs implements AutoCloseable {
    private static final String MINICLUSTER = "org.apache.hadoop.hdfs.MiniDFSCluster";

    private final FileChannel lock;
    private final MiniDFSCluster cluster;
    private boolean closed;

    private EmbeddedHdfs(FileChannel lock, MiniDFSCluster cluster) {
        this.lock = lock;
        this.cluster = cluster;
    }

    /** Starts on the files in {@code dir}; formats it when there are none. */
    public static EmbeddedHdfs start(Path dir) {
        requireMinicluster(EmbeddedHdfs.class.getClassLoader());
        Path home = dir.toAbsolutePath().normalize();
        FileChannel lock = null;
        try {
            Files.createDirectories(home);
            lock = lock(home);
            MiniDFSCluster cluster = StoredCluster.start(home);
            return new EmbeddedHdfs(lock, cluster);
        } catch (IOException failure) {
            release(lock);
            throw new WeftException(
                    ExitStatus.FAILED,
                    "embedded HDFS did not start: dir=" + home + " cause=" + failure.getMessage(),
                    "if its files are damaged, move " + home + " away and start anew",
                    failure);
        } catch (RuntimeException | Error failure) {
            release(lock);
            throw failure;
        }
    }

    /** {@code hdfs://localhost:port}, without a slash at the end. */
    public URI uri() {
        return cluster.getURI();
    }

    /** Settings of a client, with {@link #uri()} as the default file system; the caller's own copy. */
    public Configuration configuration() {
        Configuration client = HadoopStore.bounded(new Configuration());
        client.set("fs.defaultFS", uri().toString());
        client.setInt("dfs.replication", 1);
        return client;
    }

    /** Stops NameNode and DataNode; the files stay. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            StoredCluster.stop(cluster);
        } finally {
            release(lock);
        }
    }

    /** Says what is missing, where a class path without {@code dist/local} would end in a NoClassDefFoundError. */
    static void requireMinicluster(ClassLoader loader) {
        try {
            Class.forName(MINICLUSTER, false, loader);
        } catch (ClassNotFoundException | NoClassDefFoundError absent) {
            throw new WeftException(
                    ExitStatus.FAILED,
                    "the embedded HDFS is not on the class path: " + MINICLUSTER,
                    "start Weft with its launcher, ./weft, or use a directory on file:// or your own HDFS",
                    absent);
        }
    }

    private static FileChannel lock(Path home) throws IOException {
        FileChannel channel =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException sameProcess) {
            channel.close();
            throw inUse(home);
        }
        channel.close();
        throw inUse(home);
    }

    private static WeftException inUse(Path home) {
        return WeftException.failed(
                "embedded HDFS is in use by another process: dir=" + home,
                "wait for its end, or choose another folder with --work-dir");
    }

    private static void release(FileChannel lock) {
        if (lock == null) {
            return;
        }
        try {
            lock.close();
        } catch (IOException ignored) {
            // The operating system drops the lock with the process.
        }
    }
}
