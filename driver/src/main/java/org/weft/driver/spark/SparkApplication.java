package org.weft.driver.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.CheckpointConfig;
import org.weft.core.config.ClusterConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RefusedAccess;

/**
 * The Spark application of one command: started by Weft where the configuration names a master, else spark-submit's; or
 * that of a program which trains a model among other things.
 */
public final class SparkApplication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SparkApplication.class);

    /** A master that is started together with the command takes as long. */
    private static final Duration MASTER_COMES_UP = Duration.ofSeconds(20);

    /** Commands whose executors hold replicas and servers. */
    private static final Set<String> TRAINING = Set.of("pretrain", "finetune", "sweep", "tune-rate");

    private final JavaSparkContext context;
    private final Configuration hadoop;
    private final ExecutorSupply supply;
    private final StorageTokens tokens;

    /**
     * @param supply null where the application is someone else's
     * @param tokens null where there are none, or Spark sees to them
     */
    private SparkApplication(
            JavaSparkContext context, Configuration hadoop, ExecutorSupply supply, StorageTokens tokens) {
        this.context = context;
        this.hadoop = hadoop;
        this.supply = supply;
        this.tokens = tokens;
    }

    /** An application that someone else started: its settings stay as they are, and {@link #close} leaves it running. */
    public static SparkApplication within(JavaSparkContext context) {
        SparkLine.require();
        return new SparkApplication(
                context, HadoopStore.bounded(new Configuration(context.hadoopConfiguration())), null, null);
    }

    /** The same, whose files appear in the way of {@code checkpoint.commit}; {@code auto} leaves Hadoop's settings as they are. */
    public SparkApplication committing(CheckpointConfig.Commit commit) {
        if (commit == CheckpointConfig.Commit.AUTO) {
            return this;
        }
        Configuration own = new Configuration(hadoop);
        own.set(HadoopStore.COMMIT, commit.word());
        return new SparkApplication(context, own, supply, tokens);
    }

    /**
     * Starts the application.
     *
     * @param hadoop settings for every Hadoop file system, such as the default one
     */
    public static SparkApplication start(WeftConfig config, String command, Map<String, String> hadoop) {
        return start(config, command, hadoop, null);
    }

    /**
     * The same for workers that learn from another model, which executors must have room for.
     *
     * @param teacher null for none
     */
    public static SparkApplication start(
            WeftConfig config, String command, Map<String, String> hadoop, ModelShape teacher) {
        SparkLine.require();
        SparkConf conf = configuration(config, command, teacher);
        hadoop.forEach((key, value) -> conf.set("spark.hadoop." + key, value));
        Duration patience = Duration.ofSeconds(config.cluster().startTimeoutSeconds());
        requireCluster(conf, patience.compareTo(MASTER_COMES_UP) < 0 ? patience : MASTER_COMES_UP);
        if (TRAINING.contains(command) && endsWhatExceeds(conf)) {
            ExecutorEnvironment.requireOverhead(conf, config, teacher);
        }
        StorageTokens.request(conf, config);
        JavaSparkContext context = null;
        try {
            context = new JavaSparkContext(conf);
            Configuration shared = HadoopStore.bounded(context.hadoopConfiguration());
            shared.set(HadoopStore.COMMIT, config.checkpoint().commit().word());
            StorageTokens tokens = StorageTokens.handOut(context.sc());
            return new SparkApplication(context, shared, ExecutorSupply.watch(context, patience), tokens);
        } catch (Exception e) { // Spark's are checked, and undeclared
            if (context != null) {
                context.stop();
            }
            throw notStarted(conf, e);
        }
    }

    private static void requireCluster(SparkConf conf, Duration patience) {
        if (YarnCluster.manages(conf)) {
            YarnCluster.require(conf, (int) patience.toMillis());
        } else {
            StandaloneMasters.of(conf.get("spark.master")).require(patience);
        }
    }

    /** Whether executors are containers of a size. */
    static boolean endsWhatExceeds(SparkConf conf) {
        return YarnCluster.manages(conf) || conf.get("spark.master").startsWith("k8s");
    }

    private static WeftException notStarted(SparkConf conf, Exception failure) {
        WeftException known = WeftException.within(failure);
        WeftException refused = known == null ? RefusedAccess.explain(failure) : known;
        return refused != null
                ? refused
                : new WeftException(
                        ExitStatus.CLUSTER,
                        "Spark did not start with master " + conf.get("spark.master") + ": " + reasons(failure),
                        "check cluster.master; --verbose shows the whole error",
                        failure);
    }

    /** What every cause says, once: the outermost often names none ("Multiple exceptions"). */
    private static String reasons(Throwable failure) {
        Set<String> said = new LinkedHashSet<>();
        for (Throwable at = failure; at != null; at = at.getCause() == at ? null : at.getCause()) {
            String message = at.getMessage() == null ? at.getClass().getName() : at.getMessage();
            if (said.stream().noneMatch(outer -> outer.contains(message))) {
                said.add(message);
            }
        }
        return String.join(": ", said);
    }

    /** @param teacher that workers learn from; null for none */
    static SparkConf configuration(WeftConfig config, String command, ModelShape teacher) {
        ClusterConfig cluster = config.cluster();
        SparkConf conf = new SparkConf();
        conf.setIfMissing(
                "spark.app.name", "weft " + command + " " + config.run().name());
        if (!cluster.master().isBlank()) {
            requireSameMaster(conf.get("spark.master", cluster.master()), cluster.master());
            conf.set("spark.master", cluster.master());
        }
        if (!conf.contains("spark.master")) {
            throw WeftException.usage(
                    "no Spark master: cluster.master is empty and this is not spark-submit",
                    "set cluster.master, e.g. --set 'cluster.master=local-cluster[2,2,1024]', or use spark-submit");
        }
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        // A lost executor counts as a failure of the long tasks on it; the coordinator decides when enough is enough.
        conf.setIfMissing("spark.task.maxFailures", "100");
        if (command.equals("quantize")) {
            // Sums of a block come part by part, and one may be more than Spark's 1 GiB: the driver's heap is the
            // bound.
            conf.setIfMissing("spark.driver.maxResultSize", "0");
        }
        conf.setIfMissing("spark.serializer", "org.apache.spark.serializer.JavaSerializer");
        if (!conf.contains("spark.submit.deployMode")) {
            conf.setIfMissing(
                    "spark.ui.enabled", "false"); // A port that nobody asked for; on a cluster people look there.
            conf.setIfMissing("spark.executor.memory", cluster.executorMemory());
            classPath(conf);
        }
        ExecutorEnvironment.apply(conf, config, teacher);
        if (YarnCluster.manages(conf)) {
            YarnCluster.apply(conf);
        }
        return conf;
    }

    /** Training elsewhere than on the cluster that was submitted to is nobody's wish. */
    private static void requireSameMaster(String submitted, String configured) {
        if (!submitted.equals(configured)) {
            throw WeftException.usage(
                    "cluster.master is " + configured + ", and spark-submit was given the master " + submitted,
                    "leave cluster.master empty under spark-submit: --set cluster.master=");
        }
    }

    /** Executors that share this machine's files read Weft's jars where they are, instead of fetching copies. */
    private static void classPath(SparkConf conf) {
        String home = System.getProperty("weft.home", "");
        if (!home.isEmpty() && Files.isDirectory(Path.of(home, "lib"))) {
            conf.setIfMissing("spark.executor.extraClassPath", Path.of(home, "lib") + "/*");
        }
    }

    /**
     * Has it said now and then how far a job of this application has come.
     *
     * @param say called on Spark's listener thread
     */
    public SparkApplication showingStages(Consumer<String> say) {
        context.sc().addSparkListener(new StageProgress(say, System::nanoTime));
        return this;
    }

    /** Whether the cluster has started this application's driver again after it died. */
    public boolean restarted() {
        return context.sc().applicationAttemptId().exists(attempt -> !attempt.equals("1"));
    }

    public JavaSparkContext context() {
        return context;
    }

    /** Files with the application's Hadoop settings; travels to tasks. */
    public HadoopStore store() {
        return new HadoopStore(hadoop);
    }

    @Override
    public void close() {
        if (supply == null) {
            return;
        }
        supply.close();
        if (tokens != null) {
            tokens.close();
        }
        String id = context.sc().applicationId();
        boolean ownWorkers = context.master().startsWith("local-cluster[");
        context.stop();
        if (ownWorkers) {
            removeExecutorLogs(id);
        }
    }

    /** The workers of {@code local-cluster} leave their executors' folders under SPARK_HOME. */
    private static void removeExecutorLogs(String applicationId) {
        Path folder = Path.of(System.getenv().getOrDefault("SPARK_HOME", "."), "work", applicationId);
        try {
            if (Files.isDirectory(folder)) {
                FileUtils.deleteDirectory(folder.toFile());
            }
        } catch (IOException e) {
            LOG.debug("{} could not be removed: {}", folder, e.getMessage());
        }
    }
}
