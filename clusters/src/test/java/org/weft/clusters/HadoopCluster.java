package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.client.cli.RMAdminCLI;
import org.weft.trainer.Await;

/**
 * HDFS and YARN as processes on the loopback interface: a NameNode, a DataNode, a ResourceManager and NodeManagers, from
 * the jar that has all of them. Everything lies under one folder; {@link #confDir} is what a user's HADOOP_CONF_DIR would
 * be. {@link #sites}, {@link #jvmOptions} and {@link #environment} are open until {@link #start}: that is where whatever
 * secures a cluster puts its settings.
 */
final class HadoopCluster implements AutoCloseable {
    private static final Duration UP = Duration.ofSeconds(180);
    private static final String HDFS = "org.apache.hadoop.hdfs.server.";
    private static final String YARN = "org.apache.hadoop.yarn.server.";

    private final Path folder;
    private final HadoopPorts ports = HadoopPorts.free();
    private final SiteFiles sites;
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, RunningProcess> daemons = new LinkedHashMap<>();

    private HadoopCluster(Path folder) {
        this.folder = folder;
        this.sites = HadoopDefaults.sites(folder, ports);
        environment.put("JAVA_HOME", System.getProperty("java.home")); // Containers start theirs by it.
    }

    /** One whose processes are not started yet. */
    static HadoopCluster in(Path folder) {
        return new HadoopCluster(folder.toAbsolutePath());
    }

    /** What daemons and clients share; each daemon's folders come on top. */
    SiteFiles sites() {
        return sites;
    }

    HadoopPorts ports() {
        return ports;
    }

    /** Of every daemon's JVM. */
    List<String> jvmOptions() {
        return jvmOptions;
    }

    /** Of every daemon. */
    Map<String, String> environment() {
        return environment;
    }

    Path confDir() {
        return folder.resolve("conf");
    }

    /** Hosts that the ResourceManager is to be without, one a line; read by {@code refreshNodes}. */
    Path excluded() {
        return folder.resolve("excluded-nodes");
    }

    /** As a client has it. */
    Configuration configuration() {
        return SiteFiles.read(confDir());
    }

    /** Starts HDFS and YARN and waits until all of it serves. */
    HadoopCluster start(int nodeManagers) {
        try {
            Files.createDirectories(folder);
            Files.writeString(excluded(), "");
            sites.write(confDir());
            startYarn(nodeManagers);
            startHdfs();
            awaitYarn(nodeManagers);
            return this;
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void startHdfs() {
        try (RunningProcess format =
                daemon("format", HDFS + "namenode.NameNode", sites, List.of("-format", "-nonInteractive"))) {
            int status = format.ended(UP).status();
            if (status != 0) {
                throw new AssertionError("formatting HDFS ended with " + status + "\n" + format.log());
            }
        }
        RunningProcess name = begin("namenode", HDFS + "namenode.NameNode", sites);
        SiteFiles dataSites = sites.copy();
        dataSites.hdfs().put("dfs.datanode.data.dir", "file://" + folder.resolve("datanode"));
        begin("datanode", HDFS + "datanode.DataNode", dataSites).awaitLine("uccessfully sent block report", UP);
        name.awaitPort(ports.nameNode(), UP);
    }

    private void startYarn(int nodeManagers) {
        begin("resourcemanager", YARN + "resourcemanager.ResourceManager", sites);
        for (int node = 0; node < nodeManagers; node++) {
            startNodeManager(node);
        }
    }

    private void awaitYarn(int nodeManagers) {
        for (int node = 0; node < nodeManagers; node++) {
            daemon("nodemanager-" + node).awaitLine("Registered with ResourceManager", UP);
        }
        daemon("resourcemanager").awaitPort(ports.resourceManager(), UP);
    }

    /** One NodeManager more, or the one of this number again; it is the node {@link #host}. */
    RunningProcess startNodeManager(int node) {
        Path own = folder.resolve("nodemanager-" + node);
        SiteFiles nodeSites = sites.copy();
        nodeSites
                .yarn()
                .putIfAbsent("yarn.nodemanager.local-dirs", own.resolve("local").toString());
        nodeSites
                .yarn()
                .putIfAbsent("yarn.nodemanager.log-dirs", own.resolve("logs").toString());
        nodeSites.yarn().put("yarn.nodemanager.hostname", host(node));
        for (String server : List.of("address", "localizer.address", "webapp.address")) {
            nodeSites.yarn().put("yarn.nodemanager." + server, host(node) + ":0");
        }
        return begin("nodemanager-" + node, YARN + "nodemanager.NodeManager", nodeSites);
    }

    /** A NodeManager's host: YARN takes nodes away by it, so each has one of the loopback interface's addresses. */
    static String host(int node) {
        return node == 0 ? "localhost" : "127.0.0." + (node + 1);
    }

    private RunningProcess begin(String name, String mainClass, SiteFiles own) {
        RunningProcess before = daemons.get(name);
        if (before != null) {
            before.close();
        }
        RunningProcess started = daemon(name, mainClass, own, List.of());
        daemons.put(name, started);
        return started;
    }

    private RunningProcess daemon(String name, String mainClass, SiteFiles own, List<String> arguments) {
        List<String> options = new ArrayList<>(HadoopDefaults.jvmOptions(folder));
        options.addAll(jvmOptions);
        return ProcessPlan.java(name, options, mainClass, arguments)
                .classPathFirst(own.write(folder.resolve("conf-" + name)))
                .with(environment)
                .start(folder);
    }

    /** Takes a node away as an administrator does: an exclude file, then {@code yarn rmadmin -refreshNodes}. */
    void decommission(int node) throws Exception {
        Files.writeString(excluded(), host(node) + "\n");
        refreshNodes();
    }

    /** Lets every node in again. A NodeManager that was taken away has ended: {@link #startNodeManager}. */
    void readmitAll() throws Exception {
        Files.writeString(excluded(), "");
        refreshNodes();
    }

    private void refreshNodes() throws Exception {
        int status = new RMAdminCLI(configuration()).run(new String[] {"-refreshNodes"});
        if (status != 0) {
            throw new AssertionError("rmadmin -refreshNodes ended with " + status);
        }
    }

    /** namenode, datanode, resourcemanager, nodemanager-0, … */
    RunningProcess daemon(String name) {
        return daemons.get(name);
    }

    /** Processes of containers whose command line has a text, on whichever node: those under their NodeManager's folder. */
    List<ProcessHandle> containers(String text) {
        return ProcessHandle.allProcesses()
                .filter(process -> workingDirectory(process).startsWith(folder))
                .filter(process -> commandLine(process).contains(text))
                .filter(process -> commandLine(process).startsWith(System.getProperty("java.home")))
                .sorted()
                .toList();
    }

    /** Words of a process's command line, each ended by a zero; empty where it has ended. */
    static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    private static Path workingDirectory(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
        } catch (IOException e) {
            return Path.of("/");
        }
    }

    /** Logs of containers whose path matches a glob such as {@code **}{@code /stderr}, of all nodes, the oldest first. */
    List<Path> containerLogs(String glob) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().contains("/logs/application_"))
                    .filter(file -> FileSystems.getDefault()
                            .getPathMatcher("glob:" + glob)
                            .matches(file))
                    .sorted()
                    .toList();
        }
    }

    /** Ends every daemon, and every container: these are in sessions of their own, where NodeManagers leave them. */
    @Override
    public void close() {
        daemons.values().forEach(RunningProcess::close);
        daemons.clear();
        Await.until("containers end", Duration.ofSeconds(20), () -> {
            List<ProcessHandle> left = ProcessHandle.allProcesses()
                    .filter(process -> workingDirectory(process).startsWith(folder))
                    .filter(ProcessHandle::isAlive)
                    .toList();
            left.forEach(ProcessHandle::destroyForcibly);
            return left.isEmpty();
        });
    }
}
