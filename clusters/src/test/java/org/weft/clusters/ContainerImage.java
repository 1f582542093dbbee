package org.weft.clusters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code deploy/kubernetes/Dockerfile} puts into the image, as folders: Weft's distribution, and a Spark of the
 * distribution's jars with the scripts that Spark's own image has.
 *
 * @param places the image's folders on this machine
 * @param entrypoint what a container without a command of its own starts
 * @param cache where libraries are unpacked
 */
record ContainerImage(Map<String, String> places, String entrypoint, Map<String, String> environment, Path cache) {
    /** Which command a pod's arguments stand for, as the script of this name in Spark's image has it. */
    private static final String ENTRYPOINT = """
        #!/usr/bin/env bash
        set -eu
        role=$1
        case $role in
          driver)
            shift
            exec "$SPARK_HOME/bin/spark-submit" --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" \\
              --deploy-mode client "$@" ;;
          executor)
            mapfile -t options < <(env | grep '^SPARK_JAVA_OPT_' | sort -t_ -k4 -n | cut -d= -f2-)
            exec "$JAVA_HOME/bin/java" "${options[@]}" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \\
              -cp "$SPARK_CONF_DIR:${SPARK_CLASSPATH:-}:$SPARK_HOME/jars/*" \\
              org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend --driver-url "$SPARK_DRIVER_URL" \\
              --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" --app-id "$SPARK_APPLICATION_ID" \\
              --hostname "$SPARK_EXECUTOR_POD_IP" --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \\
              --podName "$SPARK_EXECUTOR_POD_NAME" ;;
          *) exec "$@" ;;
        esac
        """;

    /** The launcher prints a mark, then the words of the command, each followed by a zero byte. */
    private static final String SUBMIT = """
        #!/usr/bin/env bash
        set -eu
        core=("$SPARK_HOME"/jars/spark-core_*.jar)
        core=${core##*spark-core_}
        export SPARK_SCALA_VERSION=${core%%-*}
        mapfile -d '' -t command < <("$JAVA_HOME/bin/java" -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main \\
          org.apache.spark.deploy.SparkSubmit "$@" | tail -c +3)
        exec "${command[@]}"
        """;

    /** Lays it out in a folder; {@code distribution} is what Weft's build makes. */
    static ContainerImage in(Path folder, Path distribution) throws IOException {
        Path spark = folder.resolve("spark");
        Files.createDirectories(spark.resolve("bin"));
        Files.createSymbolicLink(
                spark.resolve("jars"), distribution.resolve("spark/jars").toRealPath());
        Files.createSymbolicLink(
                spark.resolve("conf"), distribution.resolve("spark/conf").toRealPath());
        Path submit = script(spark.resolve("bin/spark-submit"), SUBMIT);
        Files.createLink(spark.resolve("bin/spark-class"), submit);
        Path entrypoint = script(folder.resolve("entrypoint.sh"), ENTRYPOINT);
        return new ContainerImage(
                Map.of("/opt/weft", distribution.toRealPath().toString(), "/opt/spark", spark.toString()),
                entrypoint.toString(),
                Map.of("JAVA_HOME", System.getProperty("java.home"), "SPARK_HOME", spark.toString()),
                Path.of(System.getProperty("user.home"), ".javacpp", "cache"));
    }

    private static Path script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
        return file;
    }
}
