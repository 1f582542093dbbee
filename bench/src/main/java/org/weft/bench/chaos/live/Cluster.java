package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * NameNode, two DataNodes on small disks of their own, Master and four Workers, started and ended by the scripts under
 * {@code deploy/}. Executors that outlive their Worker are ended too.
 */
final class Cluster implements AutoCloseable {
    static final int DATANODES = 2;
    private static final int WORKERS = 4;
    private static final String DISK = "size=1g";
    private static final int HDFS_PORT = 8020;
    private static final int MASTER_PORT = 7077;

    private final Path root;
    private final Path hdfsDir;
    private final Path sparkDir;
    private final int slots;
    private final Map<String, String> environment = new HashMap<>();
    private volatile Bridge network;
    private String diskLack = "";

    /**
     * @param root the folder that holds weft
     * @param slots task slots of all Workers that a run may take
     * @param standby whether a second driver has as many beside them
     */
    Cluster(Path root, Path workDir, int slots, boolean standby) {
        this.root = root;
        this.hdfsDir = workDir.resolve("hdfs");
        this.sparkDir = workDir.resolve("spark");
        this.slots = standby ? 2 * slots : slots;
    }

    /** Not while another thread closes, nor the other way round: no daemon may be started behind its back. */
    synchronized void start() throws IOException {
        network = Bridge.create(WORKERS);
        setEnvironment();
        for (int number = 1; number <= DATANODES; number++) {
            Path disk = Files.createDirectories(disk(number));
            try {
                Shell.run("mount", "-t", "tmpfs", "-o", DISK, "weft-chaos", disk.toString());
            } catch (IOException e) {
                diskLack = "no small disk can be mounted: " + e.getMessage();
            }
        }
        script("hdfs/start.sh");
        script("standalone/start.sh");
    }

    private void setEnvironment() {
        environment.put("WEFT_HDFS_DIR", hdfsDir.toString());
        environment.put("WEFT_HDFS_HOST", network.host());
        environment.put("WEFT_HDFS_PORT", Integer.toString(HDFS_PORT));
        environment.put("WEFT_HDFS_DATANODES", Integer.toString(DATANODES));
        environment.put("WEFT_CLUSTER_DIR", sparkDir.toString());
        environment.put("WEFT_CLUSTER_HOST", network.host());
        environment.put("WEFT_MASTER_PORT", Integer.toString(MASTER_PORT));
        environment.put("WEFT_WORKERS", Integer.toString(WORKERS));
        environment.put("WEFT_WORKER_CORES", Integer.toString(Math.max(2, (slots + 1) / 2)));
        environment.put("WEFT_WORKER_HOSTS", network.workerHosts());
        environment.put("WEFT_WORKER_NAMESPACES", network.namespaces());
        environment.put("SPARK_LOCAL_IP", network.host());
        environment.put("SPARK_LOCAL_HOSTNAME", network.host());
        environment.put("DAEMONS_TIMEOUT", "120");
    }

    private void script(String name, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = root.resolve("deploy").resolve(name).toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Shell.run(environment, command);
    }

    Bridge network() {
        return network;
    }

    /** The executors' folders are below. */
    Path sparkDir() {
        return sparkDir;
    }

    String master() {
        return "spark://" + network.host() + ":" + MASTER_PORT;
    }

    String hdfs() {
        return "hdfs://" + network.host() + ":" + HDFS_PORT;
    }

    /** What a driver needs to reach all this. */
    Map<String, String> driverEnvironment() {
        return Map.of(
                "SPARK_LOCAL_IP", network.host(),
                "SPARK_LOCAL_HOSTNAME", network.host(),
                "HADOOP_CONF_DIR", hdfsDir.resolve("conf").toString());
    }

    /** The folder of a DataNode's data: a mount of its own. */
    Path disk(int number) {
        return hdfsDir.resolve("datanode-" + number);
    }

    /** Why the DataNodes' disks cannot be filled; empty where they can. */
    String diskLack() {
        return diskLack;
    }

    /** Process id of a daemon of HDFS: {@code namenode}, {@code datanode-1}. */
    long hdfsPid(String daemon) throws IOException {
        Path file = hdfsDir.resolve("run").resolve(daemon + ".pid");
        long pid = Long.parseLong(Files.readString(file).strip());
        if (!Shell.commandLine(pid).contains(hdfsDir.toString())) {
            throw new IOException(daemon + " does not run");
        }
        return pid;
    }

    synchronized void startDataNode(int number) throws IOException {
        script("hdfs/datanode.sh", Integer.toString(number));
    }

    @Override
    public synchronized void close() {
        if (network == null) {
            return;
        }
        attempt("standalone/stop.sh");
        try {
            for (Executor executor : Executor.all(sparkDir)) {
                Shell.attempt("kill", "-KILL", Long.toString(executor.pid()));
            }
        } catch (IOException e) {
            System.err.println("chaos: " + e.getMessage());
        }
        attempt("hdfs/stop.sh");
        if (diskLack.isEmpty()) {
            for (int number = 1; number <= DATANODES; number++) {
                if (Files.isDirectory(disk(number))) {
                    Shell.attempt("umount", disk(number).toString());
                }
            }
        }
        network.close();
    }

    private void attempt(String script) {
        try {
            script(script);
        } catch (IOException e) {
            System.err.println("chaos: " + e.getMessage());
        }
    }
}
