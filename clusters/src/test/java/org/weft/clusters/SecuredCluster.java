package org.weft.clusters;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.weft.trainer.FreePort;

/**
 * HDFS and YARN secured as administrators secure them: a KDC, principals and keytabs for daemons and users, every call and
 * every block encrypted, web servers over TLS, tickets and delegation tokens that end after a given time. A process finds
 * the realm where {@link #realm} is in its environment, as it would by /etc/krb5.conf.
 */
final class SecuredCluster implements AutoCloseable {
    private static final Duration UP = Duration.ofSeconds(120);
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final RunningProcess kdc;
    private final HadoopCluster hadoop;

    private SecuredCluster(Path folder, Duration lifetime) {
        this.folder = folder;
        this.hadoop = HadoopCluster.in(folder.resolve("hadoop"));
        this.kdc = ProcessPlan.java(
                        "kdc",
                        List.of("-Xmx128m"),
                        Kdc.class.getName(),
                        List.of(
                                keys().toString(),
                                Integer.toString(FreePort.any()),
                                Long.toString(lifetime.toSeconds())))
                .start(folder);
    }

    /**
     * Starts all of it.
     *
     * @param lifetime of tickets, and of delegation tokens, which nobody can renew beyond it
     */
    static SecuredCluster start(Path folder, Duration lifetime) throws IOException {
        Files.createDirectories(folder);
        SecuredCluster cluster = new SecuredCluster(folder, lifetime);
        try {
            cluster.kdc.awaitLine("KDC serves", UP);
            cluster.secure(lifetime);
            cluster.hadoop.start(1);
            cluster.makeHome();
            return cluster;
        } catch (RuntimeException | Error | IOException e) {
            cluster.close();
            throw e;
        }
    }

    HadoopCluster hadoop() {
        return hadoop;
    }

    Path keytab(String user) {
        return keys().resolve(user + ".keytab");
    }

    static String principal(String user) {
        return user + "@" + Kdc.REALM;
    }

    /** Where a process learns of the realm. */
    Map<String, String> realm() {
        return Map.of("JAVA_TOOL_OPTIONS", "-Djava.security.krb5.conf=" + keys().resolve("krb5.conf"));
    }

    /** What those may read who look after the cluster: logs of daemons and containers, and what lies on HDFS. */
    List<Path> readable() throws IOException {
        return files(file -> file.toString().endsWith(".out")
                || file.toString().endsWith(".err")
                || file.toString().contains("/logs/")
                || file.toString().contains("/datanode/"));
    }

    /** What containers were given to be the user with; readable to nobody else. */
    List<Path> credentials() throws IOException {
        return files(file -> file.endsWith("container_tokens"));
    }

    private List<Path> files(Predicate<Path> which) throws IOException {
        try (Stream<Path> found = Files.walk(folder.resolve("hadoop"))) {
            return found.filter(Files::isRegularFile).filter(which).toList();
        }
    }

    private Path keys() {
        return folder.resolve("keys");
    }

    private void secure(Duration lifetime) throws IOException {
        hadoop.environment().putAll(realm());
        hadoop.jvmOptions().add("-Xbootclasspath/a:" + tls()); // Hadoop looks for the file on the class path alone.
        Map<String, String> core = hadoop.sites().core();
        core.put("hadoop.security.authentication", "kerberos");
        core.put("hadoop.security.authorization", "true");
        core.put("hadoop.rpc.protection", "privacy");
        core.put("hadoop.kerberos.min.seconds.before.relogin", "1");
        core.put("hadoop.user.group.static.mapping.overrides", "weft=weft;mallory=mallory;nn=nn;dn=dn;rm=rm;nm=nm");
        secureHdfs(hadoop.sites().hdfs(), Long.toString(lifetime.toMillis()));
        secureYarn(hadoop.sites().yarn(), Long.toString(lifetime.toMillis()));
    }

    private void secureHdfs(Map<String, String> hdfs, String lifetimeMillis) {
        daemon(hdfs, "dfs.namenode", ".kerberos.principal", ".keytab.file", "nn");
        daemon(hdfs, "dfs.datanode", ".kerberos.principal", ".keytab.file", "dn");
        daemon(hdfs, "dfs.web.authentication.kerberos", ".principal", ".keytab", "HTTP");
        hdfs.put("dfs.block.access.token.enable", "true");
        hdfs.put("dfs.block.access.token.lifetime", "2"); // minutes
        hdfs.put("dfs.block.access.key.update.interval", "1");
        hdfs.put("dfs.data.transfer.protection", "privacy");
        hdfs.put("dfs.http.policy", "HTTPS_ONLY");
        hdfs.put("dfs.namenode.https-address", "localhost:0");
        hdfs.put("dfs.datanode.https.address", "localhost:0");
        hdfs.put("dfs.namenode.delegation.token.renew-interval", lifetimeMillis);
        hdfs.put("dfs.namenode.delegation.token.max-lifetime", lifetimeMillis);
    }

    private void secureYarn(Map<String, String> yarn, String lifetimeMillis) {
        daemon(yarn, "yarn.resourcemanager", ".principal", ".keytab", "rm");
        daemon(yarn, "yarn.nodemanager", ".principal", ".keytab", "nm");
        yarn.put("yarn.resourcemanager.delegation.token.renew-interval", lifetimeMillis);
        yarn.put("yarn.resourcemanager.delegation.token.max-lifetime", lifetimeMillis);
        yarn.put("yarn.acl.enable", "true");
        yarn.put("yarn.nodemanager.env-whitelist", "JAVA_HOME,JAVA_TOOL_OPTIONS");
        // Whoever is late is not lost: here nobody asks how soon that is noticed.
        yarn.put("yarn.am.liveness-monitor.expiry-interval-ms", "300000");
        yarn.put("yarn.nm.liveness-monitor.expiry-interval-ms", "300000");
        // Containers' folders stay until they have been searched.
        yarn.put("yarn.nodemanager.delete.debug-delay-sec", "3600");
        // Several JVMs of Spark's beside the daemons: what they come to is another test's matter.
        yarn.put("yarn.nodemanager.pmem-check-enabled", "false");
    }

    private void daemon(Map<String, String> site, String prefix, String principal, String keytab, String name) {
        site.put(prefix + principal, principal(name + "/localhost"));
        site.put(prefix + keytab, keytab(name).toString());
    }

    /** Key and certificate of the web servers; the folder of the file that says where they are. */
    private Path tls() throws IOException {
        Path store = folder.resolve("tls.jks");
        ProcessPlan.command(
                        "keytool",
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "localhost",
                                "-keyalg",
                                "RSA",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD,
                                "-keypass",
                                PASSWORD))
                .start(folder)
                .ended(UP)
                .done();
        Map<String, String> tls = new TreeMap<>();
        for (String side : List.of("server", "client")) {
            for (String what : List.of("keystore", "truststore")) {
                tls.put("ssl." + side + "." + what + ".location", store.toString());
                tls.put("ssl." + side + "." + what + ".password", PASSWORD);
            }
            tls.put("ssl." + side + ".keystore.keypassword", PASSWORD);
        }
        Path found = Files.createDirectories(folder.resolve("tls"));
        Configuration site = new Configuration(false);
        tls.forEach(site::set);
        try (OutputStream out = Files.newOutputStream(found.resolve("ssl-server.xml"))) {
            site.writeXml(out);
        }
        return found;
    }

    private void makeHome() {
        ProcessPlan.java(
                        "home",
                        List.of("-Xmx128m"),
                        UserHome.class.getName(),
                        List.of(principal("nn/localhost"), keytab("nn").toString(), "weft"))
                .classPathFirst(hadoop.confDir())
                .with(realm())
                .start(folder)
                .ended(UP)
                .done();
    }

    @Override
    public void close() {
        hadoop.close();
        kdc.close();
    }
}
