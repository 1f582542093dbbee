package org.weft.driver.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * Starts a {@link MiniDFSCluster}, which is made for tests, over files that are to be kept. Its own {@code shutdown},
 * also the one that it runs when it fails to start, registers everything in its base directory for deletion at the
 * process's end: name and data directories are therefore elsewhere, and {@link #stop} does without it.
 */
final class StoredCluster {
    private static final String LOOPBACK = "127.0.0.1";

    private StoredCluster() {}

    static MiniDFSCluster start(Path home) throws IOException {
        boolean formatted = Files.exists(home.resolve("name/current/VERSION"));
        MiniDFSCluster cluster = new MiniDFSCluster.Builder(configuration(home))
                .numDataNodes(1)
                .nameNodePort(port(home.resolve("port")))
                .nameNodeHttpPort(0)
                .format(!formatted)
                .manageNameDfsDirs(false)
                .manageDataDfsDirs(false)
                .checkExitOnShutdown(false)
                .build();
        try {
            cluster.waitActive();
            Files.writeString(home.resolve("port"), Integer.toString(cluster.getNameNodePort()));
        } catch (IOException | RuntimeException failure) {
            stop(cluster);
            throw failure;
        }
        return cluster;
    }

    /** Also leaves Hadoop's shutdown hooks alone, among which are Spark's; {@code shutdown} clears them. */
    static void stop(MiniDFSCluster cluster) {
        cluster.shutdownDataNodes();
        cluster.shutdownNameNodes();
    }

    private static Configuration configuration(Path home) {
        Configuration configuration = new Configuration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, home.resolve("scratch").toString());
        configuration.set("dfs.namenode.name.dir", home.resolve("name").toUri().toString());
        configuration.set("dfs.datanode.data.dir", home.resolve("data").toUri().toString());
        configuration.setInt("dfs.replication", 1);
        configuration.set("dfs.namenode.http-address", LOOPBACK + ":0");
        configuration.set("dfs.datanode.address", LOOPBACK + ":0");
        configuration.set("dfs.datanode.http.address", LOOPBACK + ":0");
        configuration.set("dfs.datanode.ipc.address", LOOPBACK + ":0");
        configuration.setBoolean("dfs.permissions.enabled", false);
        // Weft checks sizes and hashes itself; a background scan of a laptop's disk gains nothing.
        configuration.setInt("dfs.datanode.scan.period.hours", -1);
        return configuration;
    }

    /** The port of the last run while nobody else has it, so that paths with the address in them stay valid; else 0. */
    private static int port(Path remembered) throws IOException {
        if (!Files.exists(remembered)) {
            return 0;
        }
        int port;
        try {
            port = Integer.parseInt(Files.readString(remembered).strip());
        } catch (NumberFormatException damaged) {
            return 0;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(LOOPBACK), port));
            return port;
        } catch (BindException | IllegalArgumentException taken) {
            return 0;
        }
    }
}
