package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Settings of a small cluster on one machine: loopback alone, short deadlines, YARN's memory checks as they are in earnest. */
final class HadoopDefaults {
    private HadoopDefaults() {}

    static SiteFiles sites(Path folder, HadoopPorts ports) {
        SiteFiles sites = SiteFiles.empty();
        sites.core().put("fs.defaultFS", "hdfs://localhost:" + ports.nameNode());
        sites.core().put("hadoop.tmp.dir", folder.resolve("tmp").toString());
        sites.core().put("ipc.client.connect.retry.interval", "200");
        sites.hdfs()
                .putAll(Map.of(
                        "dfs.replication", "1",
                        "dfs.namenode.name.dir", "file://" + folder.resolve("namenode"),
                        "dfs.namenode.http-address", "localhost:0",
                        "dfs.datanode.address", "localhost:0",
                        "dfs.datanode.http.address", "localhost:0",
                        "dfs.datanode.ipc.address", "localhost:0",
                        "dfs.namenode.safemode.extension", "0",
                        "dfs.namenode.fs-limits.min-block-size", "0"));
        yarn(sites.yarn(), folder, ports);
        scheduler(sites.scheduler());
        return sites;
    }

    private static void yarn(Map<String, String> yarn, Path folder, HadoopPorts ports) {
        yarn.put("yarn.resourcemanager.hostname", "localhost");
        yarn.put("yarn.resourcemanager.address", "localhost:" + ports.resourceManager());
        yarn.put("yarn.resourcemanager.scheduler.address", "localhost:" + ports.scheduler());
        yarn.put("yarn.resourcemanager.resource-tracker.address", "localhost:" + ports.tracker());
        yarn.put("yarn.resourcemanager.admin.address", "localhost:" + ports.admin());
        yarn.put("yarn.resourcemanager.webapp.address", "localhost:" + ports.web());
        yarn.put(
                "yarn.resourcemanager.nodes.exclude-path",
                folder.resolve("excluded-nodes").toString());
        yarn.put("yarn.resourcemanager.am.max-attempts", "2");
        yarn.put("yarn.scheduler.minimum-allocation-mb", "64");
        // A queue takes its share back from whoever has more than theirs.
        yarn.put("yarn.resourcemanager.scheduler.monitor.enable", "true");
        yarn.put("yarn.resourcemanager.monitor.capacity.preemption.monitoring_interval", "500");
        yarn.put("yarn.resourcemanager.monitor.capacity.preemption.max_wait_before_kill", "1000");
        yarn.put("yarn.resourcemanager.monitor.capacity.preemption.total_preemption_per_round", "1.0");
        yarn.put("yarn.resourcemanager.monitor.capacity.preemption.natural_termination_factor", "1.0");
        yarn.put("yarn.nodemanager.resource.memory-mb", "8192");
        yarn.put("yarn.nodemanager.resource.cpu-vcores", "16");
        // A JVM reserves far more than it touches; what it touches is checked.
        yarn.put("yarn.nodemanager.vmem-check-enabled", "false");
        yarn.put("yarn.nodemanager.pmem-check-enabled", "true");
        yarn.put("yarn.nodemanager.container-monitor.interval-ms", "500");
        yarn.put("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", "200");
        yarn.put("yarn.nm.liveness-monitor.expiry-interval-ms", "20000");
        yarn.put("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
        yarn.put("yarn.nodemanager.delete.debug-delay-sec", "0");
    }

    /** Two queues, each with half of the cluster and the whole of it where the other leaves it. */
    private static void scheduler(Map<String, String> scheduler) {
        String root = "yarn.scheduler.capacity.root.";
        scheduler.put(root + "queues", "default,urgent");
        for (String queue : List.of("default", "urgent")) {
            scheduler.put(root + queue + ".capacity", "50");
            scheduler.put(root + queue + ".maximum-capacity", "100");
            scheduler.put(root + queue + ".user-limit-factor", "10");
        }
        scheduler.put("yarn.scheduler.capacity.maximum-am-resource-percent", "1.0");
        scheduler.put(
                "yarn.scheduler.capacity.resource-calculator",
                "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator");
    }

    /** Of each daemon: little heap, Spark's opens of the JDK, which Hadoop needs too, and a quiet log. */
    static List<String> jvmOptions(Path folder) {
        Path log = folder.resolve("daemons.log4j2.properties");
        try {
            Files.writeString(log, """
                rootLogger.level = info
                rootLogger.appenderRef.console.ref = console
                appender.console.type = Console
                appender.console.name = console
                appender.console.target = SYSTEM_ERR
                appender.console.layout.type = PatternLayout
                appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n
                """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of(
                "-Xmx320m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=true",
                "-Dlog4j2.configurationFile=" + log.toUri(),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED");
    }
}
