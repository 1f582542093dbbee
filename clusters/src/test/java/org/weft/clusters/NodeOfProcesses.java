package org.weft.clusters;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A node for a real control plane, whose pods are processes of this machine: what {@code bench/kubernetes.sh} starts
 * beside one. Arguments: kubeconfig, namespace, the node's name, a folder, the distribution, the folder of the claim
 * {@code weft-runs}. Ends with SIGTERM, and its pods with it.
 */
public final class NodeOfProcesses {
    private NodeOfProcesses() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(arguments[0])));
        Path folder = Files.createDirectories(Path.of(arguments[3]));
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        ContainerImage image =
                ContainerImage.in(Files.createDirectories(folder.resolve("image")), Path.of(arguments[4]));
        PodProcesses pods = new PodProcesses(
                client, arguments[1], arguments[2], folder, image, Map.of("weft-runs", Path.of(arguments[5])));
        Runtime.getRuntime().addShutdownHook(new Thread(pods::close));
        pods.start();
        new CountDownLatch(1).await();
    }
}
