package org.weft.trainer.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** Starts a {@link MiniDFSCluster} over what an earlier one left in the same directory. */
final class StoredCluster {
    private static final String LOOPBACK = "127.0.0.1";

    private StoredCluster() {}

    static MiniDFSCluster start(Path home, int dataNodes) throws IOException {
        Path storage = home.resolve("storage");
        boolean formatted = Files.exists(storage.resolve("name-0-1/current/VERSION"));
        Configuration configuration = configuration(storage, dataNodes);
        MiniDFSCluster cluster = new MiniDFSCluster.Builder(configuration)
                .numDataNodes(dataNodes)
                .nameNodePort(port(home.resolve("port")))
                .nameNodeHttpPort(0)
                .format(!formatted)
                .checkExitOnShutdown(false)
                .build();
        try {
            cluster.waitActive();
            Files.writeString(home.resolve("port"), Integer.toString(cluster.getNameNodePort()));
        } catch (IOException | RuntimeException failure) {
            cluster.shutdown(false);
            throw failure;
        }
        return cluster;
    }

    private static Configuration configuration(Path storage, int dataNodes) {
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, storage.toString());
        configuration.setInt("dfs.replication", Math.min(dataNodes, 2));
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
