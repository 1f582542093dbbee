package org.weft.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.trainer.Await;
import org.weft.trainer.CommandRun;
import org.weft.trainer.RunFolder;
import org.weft.trainer.ShortLived;

/**
 * Spark's own Kubernetes back end, driven by {@code deploy/kubernetes}, against an API server without a cluster: pods are
 * processes of this machine ({@link PodProcesses}).
 */
class KubernetesIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("weft.dist", "../trainer/target/dist"));
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final String NAMESPACE = "ml";
    private static final String COMPONENT = "app.kubernetes.io/component";
    private static final String STEPS = "training.steps=40";

    @TempDir
    static Path temporary;

    private static RunFolder prepared;
    private static String undisturbed;
    private static int tests;

    private ApiServer server;
    private KubernetesClient client;
    private Path folder;
    private ContainerImage image;
    private RunFolder run;
    private PodProcesses pods;

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        prepared =
                RunFolder.create(temporary.resolve("prepared"), RunFolder.SMALL).prepared();
        undisturbed = prepared.sibling("undisturbed").pretrain(STEPS).done().paramsSha256();
    }

    @BeforeEach
    void startNode() throws IOException {
        server = new ApiServer().start();
        client = server.client();
        folder = Files.createDirectories(temporary.resolve("cluster-" + ++tests));
        image = ContainerImage.in(Files.createDirectories(folder.resolve("image")), DISTRIBUTION);
        run = prepared.sibling("volume-" + tests);
        pods = new PodProcesses(client, NAMESPACE, null, folder, image, Map.of("weft-runs", run.home())).start();
        map("weft-run", Map.of("run.yaml", recipe()));
        map("weft-templates", Map.of("executor.yaml", Manifests.text("base/executor.yaml")));
    }

    @AfterEach
    void stopNode() {
        pods.close();
        server.close();
    }

    @Test
    void clusterModeWithAnExecutorKilled() throws IOException {
        try (RunningProcess submit = submit(Map.of("WEFT_EXECUTOR_GPUS", "1"))) {
            Pod driver = first("driver");
            awaitCheckpoint(submit);
            Pod lost = pods.asked(COMPONENT, "executor").get(0);
            pods.process(lost).signal("KILL");
            Await.until(
                    "another executor",
                    LONG,
                    () -> pods.asked(COMPONENT, "executor").size() > 2);
            submit.ended(LONG).done();
            assertThat(summary(driver).paramsSha256()).isEqualTo(undisturbed);
            looksAsTheTemplateSays(driver, "weft-driver");
            for (Pod executor : pods.asked(COMPONENT, "executor")) {
                looksAsTheTemplateSays(executor, "weft-executor");
                assertThat(executor.getMetadata().getOwnerReferences())
                        .extracting("uid")
                        .containsExactly(driver.getMetadata().getUid());
                assertThat(executor.getSpec().getAutomountServiceAccountToken()).isFalse();
                assertThat(executor.getSpec()
                                .getContainers()
                                .get(0)
                                .getResources()
                                .getLimits())
                        .containsEntry("nvidia.com/gpu", new Quantity("1"))
                        .containsKey("memory");
            }
            assertThat(client.pods()
                            .inNamespace(NAMESPACE)
                            .withLabel(COMPONENT, "executor")
                            .list()
                            .getItems())
                    .as("executors are removed at the end")
                    .isEmpty();
        }
    }

    /** What the Job's controller does, the test does: a pod of the Job's template, and another once that one failed. */
    @Test
    void aJobsDriverIsKilledAndTheNextGoesOn() throws IOException {
        map("weft-settings", Map.of("WEFT_EXECUTORS", "2", "WEFT_EXECUTOR_MEMORY", "512m"));
        Pod first = startJobsPod("weft-pretrain-1");
        Await.until("a driver", LONG, () -> pods.process(first) != null);
        awaitCheckpoint(pods.process(first));
        pods.process(first).signal("KILL");
        Await.until("the driver's end is seen", LONG, () -> phase(first).equals("Failed"));
        int committed = run.checkpoints().size();
        client.resource(first).delete();
        Pod second = startJobsPod("weft-pretrain-2");
        Await.until("another driver", LONG, () -> pods.process(second) != null);
        CommandRun ended = pods.process(second).ended(LONG).done();
        assertThat(committed).isPositive();
        assertThat(ended.err()).contains("resuming from ");
        assertThat(ended.paramsSha256()).isEqualTo(undisturbed);
    }

    private Pod startJobsPod(String name) {
        Job job = Manifests.one("pretrain/job.yaml", Job.class);
        List<String> arguments = new ArrayList<>(
                job.getSpec().getTemplate().getSpec().getContainers().get(0).getArgs());
        arguments.addAll(List.of("--set", STEPS, "--set", "run.lease_seconds=5"));
        return client.resource(new PodBuilder()
                        .withMetadata(job.getSpec().getTemplate().getMetadata())
                        .withSpec(job.getSpec().getTemplate().getSpec())
                        .editMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .editSpec()
                        .editFirstContainer()
                        .withArgs(arguments)
                        .addNewEnv()
                        .withName("WEFT_K8S_MASTER")
                        .withValue(master())
                        .endEnv()
                        .addNewEnv()
                        .withName("WEFT_SUBMIT_OPTIONS")
                        .withValue(connection())
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private RunningProcess submit(Map<String, String> settings) {
        List<String> command = new ArrayList<>(List.of(DISTRIBUTION
                .resolve("deploy/kubernetes/submit.sh")
                .toAbsolutePath()
                .normalize()
                .toString()));
        command.addAll(List.of("pretrain", "--config", "/etc/weft/run/run.yaml", "--resume", "--set", STEPS));
        return ProcessPlan.command("submit", command)
                .with("SPARK_HOME", null)
                .with("WEFT_K8S_MASTER", master())
                .with("WEFT_IMAGE", "registry.example/weft:test")
                .with("WEFT_NAMESPACE", NAMESPACE)
                .with("WEFT_EXECUTORS", "2")
                .with("WEFT_EXECUTOR_MEMORY", "512m")
                .with("WEFT_DRIVER_MEMORY", "600m")
                .with("WEFT_JAVA_OPTS", ShortLived.JVM)
                .with("WEFT_SUBMIT_OPTIONS", connection() + " --conf spark.executorEnv.WEFT_FAKE_GPUS=0")
                .with(settings)
                .start(folder);
    }

    /** Where the driver finds the API, Java as tests start it, and patience: a request that took too long would be sent twice. */
    private String connection() {
        StringBuilder options = new StringBuilder("--conf spark.kubernetes.driver.master=" + client.getMasterUrl());
        options.append(" --conf " + ShortLived.EXECUTORS);
        options.append(" --conf spark.driver.defaultJavaOptions=" + ShortLived.JVM);
        for (String who : List.of("submission", "driver")) {
            for (String what : List.of("connectionTimeout", "requestTimeout")) {
                options.append(" --conf spark.kubernetes." + who + "." + what + "=120000");
            }
        }
        return options.toString();
    }

    private String master() {
        return "k8s://" + client.getMasterUrl();
    }

    /** The run's configuration as the volume's paths are in a pod. */
    private String recipe() throws IOException {
        return Files.readString(run.config())
                .replace(run.home().toAbsolutePath().toString(), "/mnt/weft")
                .replace("master: \"local[8]\", ", "");
    }

    private void map(String name, Map<String, String> data) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withData(data)
                        .build())
                .create();
    }

    private Pod first(String component) {
        Await.until("a pod of " + component, LONG, () -> !pods.asked(COMPONENT, component)
                .isEmpty());
        Pod pod = pods.asked(COMPONENT, component).get(0);
        Await.until("its process", LONG, () -> pods.process(pod) != null);
        return pod;
    }

    private void awaitCheckpoint(RunningProcess process) {
        process.await("a checkpoint", LONG, () -> run.hasCheckpoint(4) || run.hasCheckpoint(6) || run.hasCheckpoint(8));
    }

    private CommandRun summary(Pod driver) {
        RunningProcess process = pods.process(driver);
        return new CommandRun(0, process.out(), process.err());
    }

    private String phase(Pod pod) {
        Pod now = client.resource(pod).get();
        return now == null || now.getStatus() == null || now.getStatus().getPhase() == null
                ? ""
                : now.getStatus().getPhase();
    }

    private static void looksAsTheTemplateSays(Pod pod, String account) {
        String file = account.equals("weft-driver") ? "base/driver.yaml" : "base/executor.yaml";
        Pod template = Manifests.one(file, Pod.class);
        Container written = template.getSpec().getContainers().get(0);
        Container made = pod.getSpec().getContainers().get(0);
        assertThat(pod.getMetadata().getLabels())
                .containsAllEntriesOf(template.getMetadata().getLabels());
        assertThat(pod.getSpec().getServiceAccountName()).isEqualTo(account);
        assertThat(pod.getSpec().getSecurityContext())
                .isEqualTo(template.getSpec().getSecurityContext());
        assertThat(pod.getSpec().getTerminationGracePeriodSeconds())
                .isEqualTo(template.getSpec().getTerminationGracePeriodSeconds());
        assertThat(pod.getSpec().getVolumes()).containsAll(template.getSpec().getVolumes());
        assertThat(made.getName()).isEqualTo(written.getName());
        assertThat(made.getImage()).isEqualTo("registry.example/weft:test");
        assertThat(made.getSecurityContext()).isEqualTo(written.getSecurityContext());
        assertThat(made.getEnv()).containsAll(written.getEnv());
        assertThat(made.getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .containsAll(written.getVolumeMounts().stream()
                        .map(VolumeMount::getMountPath)
                        .toList());
    }
}
