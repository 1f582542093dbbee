package org.weft.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;

/** The files in {@code deploy/kubernetes}: fields that Kubernetes knows, and names that agree with one another. */
class ManifestsTest {
    private static final String DRIVER = "base/driver.yaml";
    private static final String EXECUTOR = "base/executor.yaml";
    private static final String JOB = "pretrain/job.yaml";
    private static final String SERVE = "serve/deployment.yaml";
    private static final List<String> ALL = List.of(
            "base/access.yaml",
            "base/storage.yaml",
            "base/network.yaml",
            DRIVER,
            EXECUTOR,
            JOB,
            SERVE,
            "serve/service.yaml");

    @Test
    void everyFieldIsOneOfKubernetes() {
        for (String file : ALL) {
            for (HasMetadata resource : Manifests.in(file)) {
                assertThat(Manifests.unknownFields(resource))
                        .as(file + " " + resource.getKind())
                        .isEmpty();
                assertThat(resource.getMetadata().getLabels())
                        .as(file)
                        .containsEntry("app.kubernetes.io/part-of", "weft");
            }
        }
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsFound() {
        Pod pod = Serialization.unmarshal(
                Manifests.text(EXECUTOR).replace("mountPath: /mnt/weft", "mountpath: /mnt/weft"), Pod.class);
        assertThat(Manifests.unknownFields(pod)).containsOnlyKeys(".spec.containers[0].volumeMounts[0].mountpath");
    }

    @Test
    void kustomizeFindsItsFiles() {
        for (String folder : List.of("base", "pretrain", "serve")) {
            JsonNode kustomization = Manifests.yaml(folder + "/kustomization.yaml");
            kustomization.path("resources").forEach(file -> assertThat(
                            Manifests.FOLDER.resolve(folder).resolve(file.asText()))
                    .exists());
            kustomization.path("configMapGenerator").forEach(map -> map.path("files")
                    .forEach(file -> assertThat(Manifests.FOLDER.resolve(folder).resolve(file.asText()))
                            .exists()));
        }
    }

    @Test
    void theDriversAccountIsBoundToItsRole() {
        RoleBinding binding = Manifests.one("base/access.yaml", RoleBinding.class);
        Role role = Manifests.one("base/access.yaml", Role.class);
        assertThat(binding.getRoleRef().getName()).isEqualTo(role.getMetadata().getName());
        assertThat(binding.getSubjects()).extracting("kind").containsExactly("ServiceAccount");
        assertThat(binding.getSubjects()).extracting("name").containsExactly("weft-driver");
        assertThat(Manifests.in("base/access.yaml"))
                .filteredOn(ServiceAccount.class::isInstance)
                .extracting(account -> account.getMetadata().getName())
                .containsExactly("weft-driver", "weft-executor");
        assertThat(Manifests.text("submit.sh"))
                .contains("authenticate.driver.serviceAccountName=weft-driver\n")
                .contains("authenticate.executor.serviceAccountName=weft-executor\n");
        assertThat(jobSpec().getServiceAccountName()).isEqualTo("weft-driver");
        assertThat(Manifests.one(EXECUTOR, Pod.class).getSpec().getAutomountServiceAccountToken())
                .isFalse();
        assertThat(serveSpec().getAutomountServiceAccountToken()).isFalse();
    }

    @Test
    void everyMountIsAVolumeAndEveryVolumeIsSomethingThatIsThere() {
        String claim = Manifests.one("base/storage.yaml", PersistentVolumeClaim.class)
                .getMetadata()
                .getName();
        List<String> maps = List.of("weft-templates", "weft-run", "weft-settings");
        for (PodSpec spec : specs()) {
            Container container = spec.getContainers().get(0);
            assertThat(container.getVolumeMounts())
                    .extracting(VolumeMount::getName)
                    .containsExactlyInAnyOrderElementsOf(
                            spec.getVolumes().stream().map(Volume::getName).toList());
            for (Volume volume : spec.getVolumes()) {
                if (volume.getPersistentVolumeClaim() != null) {
                    assertThat(volume.getPersistentVolumeClaim().getClaimName()).isEqualTo(claim);
                }
            }
            assertThat(spec.getVolumes().stream()
                            .map(Volume::getConfigMap)
                            .filter(Objects::nonNull)
                            .map(ConfigMapVolumeSource::getName))
                    .allMatch(maps::contains);
            assertThat(container.getVolumeMounts())
                    .as("libtorch and the tokenizers' library have a folder that may be written")
                    .anyMatch(mount -> mount.getMountPath().equals("/var/cache/weft"));
            assertThat(container.getEnv())
                    .anyMatch(variable -> variable.getName().equals("DJL_CACHE_DIR")
                            && variable.getValue().equals("/var/cache/weft"));
        }
        assertThat(Manifests.text("submit.sh"))
                .contains("natives=/var/cache/weft", "-Dorg.bytedeco.javacpp.cachedir=$natives");
        assertThat(Manifests.yaml("pretrain/kustomization.yaml")
                        .path("configMapGenerator")
                        .findValuesAsText("name"))
                .containsExactly("weft-run", "weft-settings");
        assertThat(Manifests.yaml("base/kustomization.yaml")
                        .path("configMapGenerator")
                        .findValuesAsText("name"))
                .containsExactly("weft-templates");
    }

    /** What the strictest of Kubernetes' pod security standards asks for. */
    @Test
    void noPodIsRootOrMayBecomeIt() {
        for (PodSpec spec : specs()) {
            assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            Container container = spec.getContainers().get(0);
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        }
        assertThat(Manifests.text("Dockerfile")).endsWith("\nUSER 185\n");
    }

    @Test
    void thePolicyIsForThePodsOfRuns() {
        NetworkPolicy policy = Manifests.one("base/network.yaml", NetworkPolicy.class);
        Map<String, String> chosen = policy.getSpec().getPodSelector().getMatchLabels();
        assertThat(policy.getSpec()
                        .getIngress()
                        .get(0)
                        .getFrom()
                        .get(0)
                        .getPodSelector()
                        .getMatchLabels())
                .isEqualTo(chosen);
        assertThat(Manifests.one(DRIVER, Pod.class).getMetadata().getLabels()).containsAllEntriesOf(chosen);
        assertThat(Manifests.one(EXECUTOR, Pod.class).getMetadata().getLabels()).containsAllEntriesOf(chosen);
        assertThat(Manifests.one(JOB, Job.class)
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(chosen);
        assertThat(Manifests.one(SERVE, Deployment.class)
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .doesNotContainEntry("app.kubernetes.io/name", "weft-run");
    }

    @Test
    void theJobGoesOnWhereItWas() {
        Job job = Manifests.one(JOB, Job.class);
        assertThat(job.getSpec().getBackoffLimit()).isPositive();
        assertThat(jobSpec().getRestartPolicy()).isEqualTo("Never");
        Container driver = jobSpec().getContainers().get(0);
        assertThat(driver.getArgs())
                .startsWith("/opt/weft/deploy/kubernetes/submit.sh", "pretrain")
                .endsWith("--resume");
        assertThat(job.getSpec().getPodFailurePolicy().getRules()).anySatisfy(rule -> {
            assertThat(rule.getAction()).isEqualTo("FailJob");
            assertThat(rule.getOnExitCodes().getContainerName()).isEqualTo(driver.getName());
            assertThat(rule.getOnExitCodes().getValues()).containsExactly(2, 3);
        });
        String script = Manifests.text("submit.sh");
        assertThat(driver.getEnv())
                .extracting("name")
                .filteredOn(name -> name.toString().startsWith("WEFT_"))
                .allMatch(name -> script.contains(name.toString()));
        for (JsonNode literal : Manifests.yaml("pretrain/kustomization.yaml")
                .path("configMapGenerator")
                .get(1)
                .path("literals")) {
            assertThat(script).contains(literal.asText().split("=", 2)[0]);
        }
        WeftConfig config = ConfigLoader.load("run.yaml", Manifests.text("pretrain/run.yaml"), List.of());
        assertThat(config.run().dir()).startsWith("file:///mnt/weft/");
    }

    @Test
    void theServiceReachesTheServersPortAndItsProbes() {
        Deployment deployment = Manifests.one(SERVE, Deployment.class);
        Service service = Manifests.one("serve/service.yaml", Service.class);
        Map<String, String> labels =
                deployment.getSpec().getTemplate().getMetadata().getLabels();
        assertThat(labels)
                .containsAllEntriesOf(service.getSpec().getSelector())
                .containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
        Container server = serveSpec().getContainers().get(0);
        assertThat(server.getPorts()).extracting("name").containsExactly("http");
        assertThat(server.getArgs())
                .contains("--port=" + server.getPorts().get(0).getContainerPort(), "--stop-timeout=30");
        assertThat(service.getSpec().getPorts().get(0).getTargetPort().getStrVal())
                .isEqualTo("http");
        for (Probe probe : List.of(server.getStartupProbe(), server.getLivenessProbe(), server.getReadinessProbe())) {
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
        }
        assertThat(serveSpec().getTerminationGracePeriodSeconds())
                .as("preStop's 5 s and the server's 30 s fit")
                .isGreaterThan(35);
    }

    @Test
    void scriptsAndDockerfileNameWhatIsThere() {
        assertThat(Files.isExecutable(Manifests.FOLDER.resolve("submit.sh"))).isTrue();
        assertThat(Manifests.text("submit.sh")).contains("$home/deploy/standalone/gpus.sh");
        assertThat(Manifests.FOLDER.resolve("../standalone/gpus.sh")).exists();
    }

    private static PodSpec jobSpec() {
        return Manifests.one(JOB, Job.class).getSpec().getTemplate().getSpec();
    }

    private static PodSpec serveSpec() {
        return Manifests.one(SERVE, Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static List<PodSpec> specs() {
        return List.of(
                Manifests.one(DRIVER, Pod.class).getSpec(),
                Manifests.one(EXECUTOR, Pod.class).getSpec(),
                jobSpec(),
                serveSpec());
    }
}
