package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A person with a keytab on a secured cluster, whose commands run as {@code ./weft} and as {@code spark-submit --master
 * yarn} run them, on this test's own class path.
 *
 * @param events where Spark's event log goes
 * @param environment of every command: the realm, and secrets of other services
 */
record SecuredUser(SecuredCluster cluster, Path folder, Path events, Map<String, String> environment) {
    /** What a user's processes see. The cluster's daemons have another, whose shaded YARN would hide the client's. */
    private static final String CLASS_PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(":"))
            .filter(path -> !path.contains("hadoop-client-minicluster"))
            .collect(Collectors.joining(":"));

    /** What Spark needs of JDK 17. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    static SecuredUser of(SecuredCluster cluster, Path folder, Map<String, String> secrets) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>(cluster.realm());
        environment.putAll(secrets);
        environment.put("SPARK_LOCAL_IP", "127.0.0.1");
        environment.put("SPARK_LOCAL_HOSTNAME", "localhost");
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("OPENBLAS_NUM_THREADS", "1");
        environment.put("OPENBLAS_CORETYPE", null);
        environment.put("OPENBLAS_L2_SIZE", null);
        environment.put("WEFT_BLAS", null);
        environment.put("HADOOP_CONF_DIR", cluster.hadoop().confDir().toString());
        return new SecuredUser(cluster, folder, Files.createDirectories(folder.resolve("events")), environment);
    }

    /** A command by itself, as whoever {@code words} say. */
    RunningProcess weft(String name, String... words) {
        return start(name, "org.weft.trainer.Main", List.of(words));
    }

    /** A command on YARN in client mode, by the keytab of the user {@code weft}. */
    RunningProcess submit(String name, String... words) {
        List<String> arguments = new ArrayList<>(List.of(
                "--master",
                "yarn",
                "--deploy-mode",
                "client",
                "--class",
                "org.weft.trainer.Main",
                "--principal",
                SecuredCluster.principal("weft"),
                "--keytab",
                cluster.keytab("weft").toString(),
                "--properties-file",
                properties().toString(),
                "spark-internal"));
        arguments.addAll(Arrays.asList(words));
        return start(name, "org.apache.spark.deploy.SparkSubmit", arguments);
    }

    /** Output of commands, and Spark's event logs. */
    List<Path> written() throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    private RunningProcess start(String name, String mainClass, List<String> arguments) {
        List<String> options = new ArrayList<>(List.of("-Xmx768m"));
        OPENED.forEach(opened -> options.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED"));
        options.add("--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED");
        return ProcessPlan.java(name, options, mainClass, arguments)
                .classPath(cluster.hadoop().confDir() + ":" + CLASS_PATH)
                .with(environment)
                .start(folder);
    }

    /** Spark's own connections and files encrypted; every jar where it is, for all of this runs on one machine. */
    private Path properties() {
        String jars = Arrays.stream(CLASS_PATH.split(":"))
                .filter(path -> path.endsWith(".jar"))
                .map(path -> "local:" + path)
                .collect(Collectors.joining(","));
        String settings = """
                spark.yarn.jars                       %s
                spark.executor.extraClassPath         %s
                spark.executor.instances              2
                spark.executor.cores                  1
                spark.executor.memory                 512m
                spark.yarn.am.memory                  384m
                spark.authenticate                    true
                spark.network.crypto.enabled          true
                spark.io.encryption.enabled           true
                spark.eventLog.enabled                true
                spark.eventLog.dir                    file://%s
                spark.kerberos.relogin.period         2s
                spark.security.credentials.retryWait  1s
                """.formatted(jars, CLASS_PATH, events);
        try {
            return Files.writeString(folder.resolve("spark.properties"), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
