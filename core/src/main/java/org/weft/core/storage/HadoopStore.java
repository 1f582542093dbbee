package org.weft.core.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.weft.core.Threads;
import org.weft.core.WeftException;

/** {@link Store} on any Hadoop file system: {@code hdfs://}, {@code file://}, object stores that have a connector. */
public final class HadoopStore implements Store {
    /** HDFS asks a DataNode how much of the last block it has; that takes seconds, more where one is gone. */
    private static final Duration CLOSE_PAUSE = Duration.ofMillis(500);

    private static final int CLOSE_TRIES = 20;

    private static final long serialVersionUID = 1L;

    /** In Hadoop's settings: {@code auto}, {@code rename} or {@code direct}; see {@link CommitMode}. */
    public static final String COMMIT = "weft.checkpoint.commit";

    private transient Configuration configuration;

    public HadoopStore(Configuration configuration) {
        this.configuration = configuration;
    }

    /** A store with Hadoop's settings as found on the class path; its calls end within a minute, not never. */
    public static HadoopStore local() {
        return new HadoopStore(bounded(new Configuration()));
    }

    /**
     * Sets deadlines, where the user set none: by Hadoop's own defaults a hung NameNode hangs its clients for ever, and
     * one behind a silent firewall a quarter of an hour.
     */
    public static Configuration bounded(Configuration configuration) {
        setUnlessUsers(configuration, "ipc.client.rpc-timeout.ms", "20000");
        setUnlessUsers(configuration, "ipc.client.connect.timeout", "10000");
        setUnlessUsers(configuration, "ipc.client.connect.max.retries", "5");
        setUnlessUsers(configuration, "ipc.client.connect.max.retries.on.timeouts", "2");
        return configuration;
    }

    /** {@code setIfUnset} would do nothing: core-default.xml sets every key. */
    private static void setUnlessUsers(Configuration configuration, String key, String value) {
        String[] sources = configuration.getPropertySources(key);
        if (sources == null || sources.length == 0 || sources[sources.length - 1].endsWith("-default.xml")) {
            configuration.set(key, value);
        }
    }

    @Override
    public boolean exists(String path) throws IOException {
        return system(path).exists(new Path(path));
    }

    @Override
    public List<Entry> list(String directory) throws IOException {
        try {
            FileStatus[] found = system(directory).listStatus(new Path(directory));
            return Arrays.stream(found)
                    .map(HadoopStore::entry)
                    .sorted(Comparator.comparing(Entry::name))
                    .toList();
        } catch (FileNotFoundException absent) {
            return List.of();
        }
    }

    @Override
    public List<Entry> files(String pathOrGlob) throws IOException {
        return new MatchingFiles(system(pathOrGlob)).of(pathOrGlob);
    }

    @Override
    public InputStream open(String path) throws IOException {
        return LocalDisk.reading(path, system(path).open(new Path(path)));
    }

    @Override
    public boolean compressed(String path) {
        return new CompressionCodecFactory(configuration).getCodec(new Path(path)) != null;
    }

    @Override
    public InputStream decompressing(String path, InputStream stored) throws IOException {
        CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(new Path(path));
        try {
            return codec == null ? stored : codec.createInputStream(stored);
        } catch (IOException damaged) {
            stored.close();
            throw damaged;
        } catch (RuntimeException | LinkageError absent) { // Hadoop's word for a native library that is not there
            stored.close();
            throw WeftException.invalidData(
                    "cannot unpack: file=" + path + ": " + absent.getMessage(),
                    ".gz and .bz2 are unpacked anywhere, others where Hadoop's native libraries are: pack the file anew");
        }
    }

    @Override
    public RandomReader openRandom(String path) throws IOException {
        FileSystem system = system(path);
        long length = system.getFileStatus(new Path(path)).getLen();
        FSDataInputStream stream = system.open(new Path(path));
        return new RandomReader() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void readFully(long position, byte[] into, int offset, int count) throws IOException {
                try {
                    LocalDisk.run(path, () -> stream.readFully(position, into, offset, count));
                } catch (ChecksumException e) {
                    throw damaged(path, e);
                }
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public AtomicOutput create(String path) throws IOException {
        Path target = new Path(path);
        FileSystem system = system(path);
        if (mode(path) == CommitMode.DIRECT) {
            return new DirectOutput(system, target);
        }
        String name =
                temporaryName(target.getName(), ThreadLocalRandom.current().nextLong());
        return new RenamedOutput(system, context(path), new Path(target.getParent(), name), target);
    }

    /** Dotted, so that no listing of files takes it for one of them. */
    static String temporaryName(String name, long unique) {
        return "." + name + "." + Long.toHexString(unique) + ".tmp";
    }

    @Override
    public boolean createNew(String path, byte[] bytes) throws IOException {
        return small(path).createNew(mode(path) == CommitMode.DIRECT ? null : context(path), bytes);
    }

    @Override
    public void replace(String path, byte[] bytes) throws IOException {
        if (system(path) instanceof LocalFileSystem local) {
            small(path).replaceLocal(local, bytes);
        } else {
            small(path).replace(create(path), bytes);
        }
    }

    private SmallFile small(String path) throws IOException {
        return new SmallFile(system(path), mode(path), new Path(path));
    }

    @Override
    public boolean renames(String path) throws IOException {
        return mode(path) == CommitMode.RENAME;
    }

    private CommitMode mode(String path) throws IOException {
        return CommitMode.of(
                configuration.get(COMMIT, CommitMode.AUTO),
                system(path).getUri().getScheme());
    }

    @Override
    public OutputStream stream(String path, Start start) throws IOException {
        FileSystem system = system(path);
        return mode(path) == CommitMode.DIRECT // There may be no FileContext for an object store's scheme.
                ? GrowingFile.openInPlace(system, new Path(path), start)
                : GrowingFile.open(system, context(path), new Path(path), start);
    }

    @Override
    public void closeAbandoned(String path) throws IOException {
        if (system(path) instanceof DistributedFileSystem hdfs) {
            boolean closed = hdfs.recoverLease(new Path(path));
            for (int tries = 1;
                    tries < CLOSE_TRIES && !closed && Retries.paused(Threads.MACHINE, CLOSE_PAUSE);
                    tries++) {
                closed = hdfs.recoverLease(new Path(path));
            }
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        system(from);
        context(from).rename(qualified(from), qualified(to));
    }

    @Override
    public void delete(String path) throws IOException {
        system(path).delete(new Path(path), true);
    }

    @Override
    public void deleteEmpty(String directory) throws IOException {
        FileSystem system = system(directory);
        Path path = new Path(directory);
        if (system.exists(path) && system.listStatus(path).length == 0) {
            try {
                system.delete(path, false);
            } catch (IOException filledMeanwhile) {
                if (system.listStatus(path).length == 0) {
                    throw filledMeanwhile;
                }
            }
        }
    }

    @Override
    public byte[] readAll(String path) throws IOException {
        try (InputStream in = open(path)) {
            return in.readAllBytes();
        } catch (ChecksumException e) {
            throw damaged(path, e);
        }
    }

    private static WeftException damaged(String path, ChecksumException e) {
        return WeftException.invalidData(
                "file damaged: file=" + path + ": " + e.getMessage(),
                "its bytes are not those that were written: write it again or restore it");
    }

    private FileSystem system(String path) throws IOException {
        return new Path(path).getFileSystem(configuration);
    }

    private FileContext context(String path) throws IOException {
        return FileContext.getFileContext(qualified(path).toUri(), configuration);
    }

    private Path qualified(String path) throws IOException {
        return system(path).makeQualified(new Path(path));
    }

    static Entry entry(FileStatus status) {
        Path path = status.getPath();
        return new Entry(
                path.toString(), path.getName(), status.getLen(), status.isDirectory(), status.getModificationTime());
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
        configuration.write(out);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        configuration = new Configuration(false);
        configuration.readFields(in);
    }
}
