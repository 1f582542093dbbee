package org.weft.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.trainer.CommandRun;
import org.weft.trainer.RunFolder;

/** Weft on a real YARN and HDFS, submitted as a person submits it: it ends by itself with the undisturbed run's bits. */
class YarnIT {
    private static final Duration PATIENCE = Duration.ofMinutes(6);
    private static final int STEPS = 24;
    private static final String[] RUN = {"training.steps=" + STEPS, "checkpoint.every=4", "run.lease_seconds=5"};
    private static final String EXECUTOR = "YarnCoarseGrainedExecutorBackend";
    private static final String MASTER = "deploy.yarn.ApplicationMaster\0";

    private static HadoopCluster cluster;
    private static YarnUser user;
    private static String expected;

    @BeforeAll
    static void start() throws IOException {
        Path temporary = ClusterFolder.fresh("yarn");
        RunFolder corpus =
                RunFolder.create(temporary.resolve("corpus"), RunFolder.LARGE).prepared();
        expected = corpus.ofOneProcess("training.steps=" + STEPS);
        cluster = HadoopCluster.in(temporary.resolve("cluster"));
        cluster.sites().yarn().put("yarn.nodemanager.resource.memory-mb", "3072");
        // Counted and granted by YARN as in earnest; which devices there are, the discovery script makes up.
        cluster.sites().resources().put("yarn.resource-types", "yarn.io/gpu");
        cluster.sites().yarn().put("yarn.nodemanager.resource-type.yarn.io/gpu", "2");
        cluster.start(2);
        user = YarnUser.of(cluster, temporary, corpus);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** The driver here, executors with a GPU each, and the container of one killed. */
    @Test
    void clientModeSurvivesAKilledContainer() {
        YarnUser rich = user.with("WEFT_EXECUTOR_GPUS", "1").withOptions("--conf spark.executorEnv.WEFT_FAKE_GPUS=0");
        try (RunningProcess run = rich.submit("client", "pretrain", "hdfs:///run.yaml", RUN)) {
            run.await("first checkpoint", PATIENCE, () -> user.hasCheckpoint("client", 4));
            cluster.containers(EXECUTOR).get(0).destroyForcibly();
            CommandRun result = run.ended(PATIENCE).done();
            assertThat(result.paramsSha256()).isEqualTo(expected);
            assertThat(result.err()).contains("is lost with its executor", "4 slots and 2 GPUs");
        }
    }

    /** The driver in a container that dies: YARN starts it again, and it goes on though nobody said --resume. */
    @Test
    void clusterModeSurvivesItsMaster() {
        YarnUser cautious = user.with("WEFT_DEPLOY_MODE", "cluster");
        try (RunningProcess run =
                cautious.submit("cluster", "pretrain", user.corpus().config().toString(), RUN)) {
            run.await("first checkpoint", PATIENCE, () -> user.hasCheckpoint("cluster", 4));
            cluster.containers(MASTER).forEach(ProcessHandle::destroyForcibly);
            CommandRun result = run.ended(PATIENCE).done();
            assertThat(result.paramsSha256()).isEqualTo(expected);
        }
    }

    /** A node is taken away with what runs on it; then another queue takes its share for a while. */
    @Test
    void survivesADecommissionedNodeAndPreemption() throws Exception {
        try (RunningProcess run = user.submit("nodes", "pretrain", "hdfs:///run.yaml", RUN);
                OtherTenant other = OtherTenant.of(cluster)) {
            run.await("first checkpoint", PATIENCE, () -> user.hasCheckpoint("nodes", 4));
            cluster.decommission(1);
            run.awaitLine("is lost with its executor", PATIENCE);
            run.await("another checkpoint", PATIENCE, () -> user.hasCheckpoint("nodes", 8));
            other.takeItsShare(1024, Duration.ofSeconds(5));
            CommandRun result = run.ended(PATIENCE).done();
            assertThat(result.paramsSha256()).isEqualTo(expected);
        } finally {
            cluster.readmitAll();
            cluster.startNodeManager(1).awaitLine("Registered with ResourceManager", PATIENCE);
        }
    }

    @Test
    void tooSmallAContainerIsSaidBeforeTheStart() throws Exception {
        assertRefused(
                user.with("WEFT_EXECUTOR_OVERHEAD", "200m"),
                "error: too small a container: spark.executor.memoryOverhead=200m, and an executor with 2 workers",
                "hint: set spark.executor.memoryOverhead=");
        assertRefused(
                user.with("WEFT_EXECUTOR_MEMORY", "4g"),
                "error: no container is large enough: an executor needs ",
                "YARN gives at most 3072 MiB");
    }

    /** In cluster mode the driver says it in its container, and YARN knows of 0 and 1 alone. */
    @Test
    void clusterModeTellsStatusAndErrorToWhoeverSubmitted() throws Exception {
        YarnUser cautious = user.with("WEFT_DEPLOY_MODE", "cluster");
        assertRefused(
                cautious.with("WEFT_EXECUTOR_OVERHEAD", "200m"),
                "error: too small a container: spark.executor.memoryOverhead=200m",
                "hint: set spark.executor.memoryOverhead=");
        assertRefused(
                cautious.with("WEFT_DRIVER_MEMORY", "4g"),
                "weft: no container is large enough: Required AM memory",
                "");
    }

    private static void assertRefused(YarnUser user, String error, String more) throws IOException {
        try (RunningProcess run = user.submit("refused", "pretrain", "hdfs:///run.yaml", RUN);
                FileSystem files = user.files()) {
            CommandRun result = run.ended(PATIENCE);
            assertThat(result.status()).as(result.err()).isEqualTo(4);
            assertThat(result.err()).contains(error, more);
            assertThat(files.exists(new org.apache.hadoop.fs.Path("/runs/refused/checkpoints")))
                    .isFalse();
        }
    }
}
