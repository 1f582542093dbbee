package org.weft.clusters;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.LinkedHashMap;
import java.util.Map;

/** The environment of a container as the kubelet makes it: config maps, the pod's own fields, {@code $(NAME)} in values. */
final class PodEnvironment {
    private PodEnvironment() {}

    static Map<String, String> of(Pod pod, String ip, KubernetesClient client) {
        Container container = pod.getSpec().getContainers().get(0);
        Map<String, String> variables = new LinkedHashMap<>();
        for (EnvFromSource source : container.getEnvFrom()) {
            ConfigMap map = client.configMaps()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(source.getConfigMapRef().getName())
                    .get();
            variables.putAll(map.getData());
        }
        for (EnvVar variable : container.getEnv()) {
            variables.put(variable.getName(), value(variable, pod, ip, variables));
        }
        return variables;
    }

    private static String value(EnvVar variable, Pod pod, String ip, Map<String, String> known) {
        if (variable.getValueFrom() == null) {
            String value = variable.getValue() == null ? "" : variable.getValue();
            for (Map.Entry<String, String> other : known.entrySet()) {
                value = value.replace("$(" + other.getKey() + ")", other.getValue());
            }
            return value;
        }
        return switch (variable.getValueFrom().getFieldRef().getFieldPath()) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "status.podIP", "status.hostIP" -> ip;
            default -> throw new AssertionError("no such field here: " + variable);
        };
    }
}
