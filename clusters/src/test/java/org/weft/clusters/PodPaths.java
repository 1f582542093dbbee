package org.weft.clusters;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a container's paths lie on this machine, which has no file systems of containers: every mount and both folders of
 * the image are folders here, and whatever names them in words, environment and files of a pod is made to name these.
 * Pod templates stay as they are, since they speak of other pods.
 */
final class PodPaths {
    private final Map<String, String> places = new HashMap<>();

    private PodPaths(Map<String, String> image) {
        places.putAll(image);
    }

    /**
     * Mounts what the pod names.
     *
     * @param image the image's folders, and names of hosts
     * @param claims the folder of each persistent volume claim
     * @param cache stands for every folder of unpacked libraries, so that libtorch is unpacked once
     * @return null while something that the pod names is not there yet
     */
    static PodPaths mount(
            Pod pod,
            KubernetesClient client,
            Path folder,
            Map<String, String> image,
            Map<String, Path> claims,
            Path cache)
            throws IOException {
        PodPaths paths = new PodPaths(image);
        Map<String, ConfigMap> maps = new HashMap<>();
        for (Volume volume : pod.getSpec().getVolumes()) {
            Path place = folder.resolve("volumes").resolve(volume.getName());
            if (volume.getPersistentVolumeClaim() != null) {
                place = claims.get(volume.getPersistentVolumeClaim().getClaimName());
            } else if (volume.getConfigMap() != null) {
                ConfigMap map = client.configMaps()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .withName(volume.getConfigMap().getName())
                        .get();
                if (map == null) {
                    return null;
                }
                maps.put(volume.getName(), map);
            } else if (volume.getName().equals("natives")) {
                place = cache;
            }
            Files.createDirectories(place);
            if (volume.getProjected() != null) {
                writeToken(pod, client, place);
            }
            for (VolumeMount mount : pod.getSpec().getContainers().get(0).getVolumeMounts()) {
                if (mount.getName().equals(volume.getName())) {
                    paths.places.put(mount.getMountPath(), place.toString());
                }
            }
        }
        for (Volume volume : pod.getSpec().getVolumes()) {
            if (maps.containsKey(volume.getName())) {
                paths.write(
                        maps.get(volume.getName()),
                        volume.getConfigMap(),
                        folder.resolve("volumes").resolve(volume.getName()));
            }
        }
        return paths;
    }

    /** What a driver shows to the API server, and what it knows that server by. */
    private static void writeToken(Pod pod, KubernetesClient client, Path place) throws IOException {
        String namespace = pod.getMetadata().getNamespace();
        String answer = client.raw(
                "/api/v1/namespaces/" + namespace + "/serviceaccounts/"
                        + pod.getSpec().getServiceAccountName() + "/token",
                "POST",
                Map.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest", "spec", Map.of()));
        Files.writeString(
                place.resolve("token"),
                new ObjectMapper().readTree(answer).at("/status/token").asText());
        Files.writeString(
                place.resolve("ca.crt"),
                client.configMaps()
                        .inNamespace(namespace)
                        .withName("kube-root-ca.crt")
                        .get()
                        .getData()
                        .get("ca.crt"));
    }

    private void write(ConfigMap map, ConfigMapVolumeSource source, Path place) {
        Map<String, String> names = new HashMap<>();
        if (source.getItems() == null || source.getItems().isEmpty()) {
            map.getData().keySet().forEach(key -> names.put(key, key));
        } else {
            source.getItems().forEach(item -> names.put(item.getKey(), item.getPath()));
        }
        names.forEach((key, name) -> {
            String text = map.getData().get(key);
            try {
                Files.writeString(place.resolve(name), text.contains("kind: Pod") ? text : here(text));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** A text with this machine's paths in it; the longest first, for one may lie within another. */
    String here(String text) {
        String found = text;
        for (String path : places.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList()) {
            found = found.replace(path, places.get(path));
        }
        return found;
    }
}
