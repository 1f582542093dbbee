package org.weft.clusters;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;

/** What a kubelet tells of a pod with one container. */
final class PodStatuses {
    private PodStatuses() {}

    static PodStatus running(Container container, String ip) {
        ContainerState state = new ContainerStateBuilder()
                .withNewRunning()
                .withStartedAt(Instant.now().toString())
                .endRunning()
                .build();
        return new PodStatusBuilder()
                .withPhase("Running")
                .withPodIP(ip)
                .withHostIP("127.0.0.1")
                .withStartTime(Instant.now().toString())
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .withContainerStatuses(container(container, true, state))
                .build();
    }

    static PodStatus ended(Container container, int code) {
        ContainerState state = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(code)
                .withReason(code == 0 ? "Completed" : "Error")
                .withFinishedAt(Instant.now().toString())
                .endTerminated()
                .build();
        return new PodStatusBuilder()
                .withPhase(code == 0 ? "Succeeded" : "Failed")
                .withContainerStatuses(container(container, false, state))
                .build();
    }

    private static ContainerStatus container(Container container, boolean ready, ContainerState state) {
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID(container.getImage())
                .withReady(ready)
                .withStarted(ready)
                .withRestartCount(0)
                .withState(state)
                .build();
    }
}
