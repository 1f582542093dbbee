package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.weft.trainer.RunFolder;
import org.weft.trainer.ShortLived;

/**
 * A person with Weft's distribution and a cluster's HADOOP_CONF_DIR: puts a prepared corpus on HDFS and submits runs over
 * it by {@code deploy/yarn/submit.sh}.
 *
 * @param settings of submit.sh, as environment variables
 */
record YarnUser(HadoopCluster cluster, Path folder, RunFolder corpus, Map<String, String> settings) {
    static final Path DISTRIBUTION = Path.of(
                    System.getProperty("weft.dist", System.getProperty("basedir", ".") + "/../trainer/target/dist"))
            .toAbsolutePath()
            .normalize();

    static YarnUser of(HadoopCluster cluster, Path folder, RunFolder corpus) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("HADOOP_CONF_DIR", cluster.confDir().toString());
        settings.put("JAVA_HOME", System.getProperty("java.home"));
        settings.put("SPARK_HOME", null);
        settings.put("SPARK_LOCAL_IP", "127.0.0.1");
        settings.put("SPARK_LOCAL_HOSTNAME", "localhost");
        settings.put("WEFT_YARN_JARS", "hdfs:///weft");
        settings.put("WEFT_EXECUTORS", "2");
        settings.put("WEFT_EXECUTOR_CORES", "2");
        settings.put("WEFT_EXECUTOR_MEMORY", "512m");
        settings.put("WEFT_DRIVER_MEMORY", "768m");
        settings.put("WEFT_JAVA_OPTS", ShortLived.JVM);
        settings.put(
                "WEFT_SUBMIT_OPTIONS",
                "--conf spark.yarn.am.memory=256m --conf spark.yarn.am.memoryOverhead=256m"
                        + " --conf spark.yarn.submit.waitAppCompletion=true"
                        + " --conf spark.yarn.appMasterEnv.SPARK_LOCAL_IP=127.0.0.1 --conf " + ShortLived.EXECUTORS
                        + " --conf spark.yarn.am.extraJavaOptions=" + ShortLived.JVM);
        YarnUser user = new YarnUser(cluster, folder, corpus, settings);
        try (FileSystem files = user.files()) {
            files.copyFromLocalFile(hadoop(corpus.dir().resolve("corpus")), new org.apache.hadoop.fs.Path("/corpus"));
            files.copyFromLocalFile(hadoop(corpus.config()), new org.apache.hadoop.fs.Path("/run.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return user;
    }

    private static org.apache.hadoop.fs.Path hadoop(Path local) {
        return new org.apache.hadoop.fs.Path(local.toUri());
    }

    /** The caller's own; others stay open when it is closed. */
    FileSystem files() throws IOException {
        return FileSystem.newInstance(cluster.configuration());
    }

    /** The same with another setting, or one more. */
    YarnUser with(String setting, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(setting, value);
        return new YarnUser(cluster, folder, corpus, more);
    }

    /** With more options for spark-submit. */
    YarnUser withOptions(String options) {
        return with("WEFT_SUBMIT_OPTIONS", settings.get("WEFT_SUBMIT_OPTIONS") + " " + options);
    }

    static String directory(String run) {
        return "hdfs:///runs/" + run;
    }

    /** Whether a run has committed the checkpoint of a step. */
    boolean hasCheckpoint(String run, int step) {
        String manifest = String.format("/runs/%s/checkpoints/step-%08d/manifest.json", run, step);
        try (FileSystem files = files()) {
            return files.exists(new org.apache.hadoop.fs.Path(manifest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Submits a command over this run's directory and the common corpus.
     *
     * @param config where the configuration is, here or on HDFS
     * @param settings {@code key=value}
     */
    RunningProcess submit(String run, String command, String config, String... settings) {
        List<String> words = new ArrayList<>(
                List.of(DISTRIBUTION.resolve("deploy/yarn/submit.sh").toString(), command, "--config", config));
        List<String> all = new ArrayList<>(List.of(
                "run.dir=" + directory(run),
                "run.corpus=hdfs:///corpus",
                "cluster.master=",
                "cluster.workers=2",
                "cluster.servers=2"));
        all.addAll(Arrays.asList(settings));
        all.forEach(setting -> words.addAll(List.of("--set", setting)));
        return ProcessPlan.command(run, words).with(this.settings).start(folder.resolve("submissions"));
    }
}
