package org.weft.driver.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.util.Progressable;

/** HDFS whose every call asks {@link FaultPlan} first. */
public final class FaultyFileSystem extends DistributedFileSystem {
    private boolean initialized;

    static Configuration over(Configuration hdfs) {
        // A close asks again after this, 400 ms by default, where the DataNode has not reported its block yet.
        hdfs.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 5);
        hdfs.setClass("fs.hdfs.impl", FaultyFileSystem.class, FileSystem.class);
        hdfs.set("fs.AbstractFileSystem.hdfs.impl", Context.class.getName());
        return hdfs;
    }

    @Override
    public void initialize(URI uri, Configuration configuration) throws IOException {
        if (!initialized) {
            super.initialize(uri, configuration);
            initialized = true;
        }
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
        FSDataOutputStream out = FaultPlan.call(
                "create " + path.getName(),
                () -> super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress));
        return new FSDataOutputStream(new FaultyOutput(out, path.getName()), null);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return FaultPlan.call("open " + path.getName(), () -> super.open(path, bufferSize));
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        return FaultPlan.call("delete " + path.getName(), () -> super.delete(path, recursive));
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        return FaultPlan.call("mkdirs " + path.getName(), () -> super.mkdirs(path, permission));
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return FaultPlan.call("list " + path.getName(), () -> super.listStatus(path));
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        return FaultPlan.call("status " + path.getName(), () -> super.getFileStatus(path));
    }

    @Override
    public void rename(Path from, Path to, Options.Rename... options) throws IOException {
        FaultPlan.call("rename " + from.getName() + " " + Arrays.toString(options), () -> {
            super.rename(from, to, options);
            return true;
        });
    }

    /** The same for what asks by {@code FileContext}. */
    public static final class Context extends DelegateToFileSystem {
        private final FileSystem faulty;

        public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
            this(uri, FileSystem.get(uri, configuration), configuration);
        }

        private Context(URI uri, FileSystem faulty, Configuration configuration)
                throws IOException, URISyntaxException {
            super(uri, faulty, configuration, "hdfs", true);
            this.faulty = faulty;
        }

        @Override
        public int getUriDefaultPort() {
            return 8020;
        }

        @Override
        public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
            Options.Rename how = overwrite ? Options.Rename.OVERWRITE : Options.Rename.NONE;
            ((DistributedFileSystem) faulty).rename(from, to, how);
        }

        @Override
        public void renameInternal(Path from, Path to) throws IOException {
            renameInternal(from, to, false);
        }
    }

    /** A file being written. */
    private static final class FaultyOutput extends OutputStream implements Syncable {
        private final FSDataOutputStream out;
        private final String name;

        FaultyOutput(FSDataOutputStream out, String name) {
            this.out = out;
            this.name = name;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            call("write", () -> out.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            call("flush", out::flush);
        }

        @Override
        public void hflush() throws IOException {
            call("hflush", out::hflush);
        }

        @Override
        public void hsync() throws IOException {
            call("hsync", out::hsync);
        }

        @Override
        public void close() throws IOException {
            call("close", out::close);
        }

        private void call(String what, Action action) throws IOException {
            FaultPlan.call(what + " " + name, () -> {
                action.run();
                return true;
            });
        }
    }

    /** Something without a result. */
    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }
}
