package org.weft.clusters;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node without containers: each pod's one container is a process of this machine, with an address of its own on the
 * loopback network. Does of a kubelet's work what a run can see: mounts, environment, phases, exit codes, SIGTERM and
 * SIGKILL; and of the garbage collector's that a pod's pods go with it.
 */
final class PodProcesses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodProcesses.class);
    private static final long TICK_MILLIS = 200;

    private final KubernetesClient client;
    private final String namespace;
    private final String node;
    private final Path folder;
    private final ContainerImage image;
    private final Map<String, Path> claims;
    private final Map<String, Pod> waiting = new ConcurrentHashMap<>();
    private final Map<String, RunningProcess> running = new ConcurrentHashMap<>();
    private final Map<String, RunningProcess> ended = new ConcurrentHashMap<>();
    private final Map<String, Pod> asked = new ConcurrentHashMap<>();
    private final List<String> order = new ArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private Watch watch;
    private int addresses;

    /**
     * @param node the name of this node, where a scheduler gives pods to nodes; null where every pod is its own
     * @param claims the folder of each persistent volume claim
     */
    PodProcesses(
            KubernetesClient client,
            String namespace,
            String node,
            Path folder,
            ContainerImage image,
            Map<String, Path> claims) {
        this.client = client;
        this.namespace = namespace;
        this.node = node;
        this.folder = folder;
        this.image = image;
        this.claims = claims;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Ends with its thread.
    PodProcesses start() {
        watch = client.pods().inNamespace(namespace).watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                thread.execute(() -> told(action, pod));
            }

            @Override
            public void onClose(WatcherException cause) {
                // The test's own end.
            }
        });
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return this;
    }

    /** Every pod that was ever asked for, as it was asked for, the oldest first. */
    synchronized List<Pod> asked() {
        return order.stream().map(asked::get).toList();
    }

    /** Those of {@link #asked} with this label's value. */
    List<Pod> asked(String label, String value) {
        return asked().stream()
                .filter(pod -> value.equals(pod.getMetadata().getLabels().get(label)))
                .toList();
    }

    /** The process of a pod, which may have ended; null before it was started. */
    RunningProcess process(Pod pod) {
        String uid = pod.getMetadata().getUid();
        return running.getOrDefault(uid, ended.get(uid));
    }

    private void told(Watcher.Action action, Pod pod) {
        String uid = pod.getMetadata().getUid();
        switch (action) {
            case ADDED -> {
                synchronized (this) {
                    order.add(uid);
                    asked.put(uid, pod);
                }
                waiting.put(uid, pod);
            }
            case DELETED -> gone(pod);
            default -> {
                waiting.computeIfPresent(uid, (key, before) -> pod);
                if (pod.getMetadata().getDeletionTimestamp() != null) {
                    gone(pod);
                }
            }
        }
    }

    /** What a deleted pod leaves: its process, and the pods that it owned. */
    @SuppressWarnings("FutureReturnValueIgnored") // What it closes is closed with this, too.
    private void gone(Pod pod) {
        String uid = pod.getMetadata().getUid();
        waiting.remove(uid);
        RunningProcess process = running.get(uid);
        if (process != null && process.isAlive()) {
            process.signal("TERM");
            thread.schedule(process::close, pod.getSpec().getTerminationGracePeriodSeconds(), TimeUnit.SECONDS);
        } else if (pod.getMetadata().getDeletionTimestamp() != null) {
            client.resource(pod).withGracePeriod(0).delete();
        }
        if (node != null) {
            return; // The cluster has a garbage collector.
        }
        for (Pod other : client.pods().inNamespace(namespace).list().getItems()) {
            if (other.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> owner.getUid().equals(uid))) {
                client.resource(other).delete();
            }
        }
    }

    private void tick() {
        try {
            for (Pod pod : waiting.values()) {
                if (node == null || node.equals(pod.getSpec().getNodeName())) {
                    startWhereItCan(pod);
                }
            }
            running.forEach((uid, process) -> {
                if (!process.isAlive()) {
                    ended(asked.get(uid), process);
                }
            });
        } catch (IOException | RuntimeException e) {
            LOG.warn("a pod's state could not be told or taken; trying again", e); // An exception would end the ticks.
        }
    }

    private void startWhereItCan(Pod pod) throws IOException {
        String name = pod.getMetadata().getName();
        Path place = folder.resolve(name);
        String ip = "127.77." + (++addresses >> 8) + "." + (addresses & 255);
        Map<String, String> places = new LinkedHashMap<>(image.places());
        String service = name + "-svc." + namespace + ".svc"; // What Spark calls the driver's service.
        places.put(service, ip);
        PodPaths paths = PodPaths.mount(pod, client, place, places, claims, image.cache());
        if (paths == null) {
            return;
        }
        waiting.remove(pod.getMetadata().getUid());
        Container container = pod.getSpec().getContainers().get(0);
        List<String> command = new ArrayList<>(
                container.getCommand().isEmpty() ? List.of(image.entrypoint()) : container.getCommand());
        container.getArgs().forEach(argument -> command.add(paths.here(argument)));
        Map<String, String> environment = new LinkedHashMap<>(image.environment());
        PodEnvironment.of(pod, ip, client).forEach((key, value) -> environment.put(key, paths.here(value)));
        // What a container's own name resolves to.
        environment.put("SPARK_LOCAL_IP", ip);
        environment.put("SPARK_LOCAL_HOSTNAME", ip);
        Files.createDirectories(place);
        RunningProcess process =
                ProcessPlan.command(name, command).with(environment).start(place);
        running.put(pod.getMetadata().getUid(), process);
        status(pod, PodStatuses.running(container, ip));
    }

    private void ended(Pod pod, RunningProcess process) {
        running.remove(pod.getMetadata().getUid());
        ended.put(pod.getMetadata().getUid(), process);
        int code = process.ended(Duration.ofSeconds(1)).status();
        status(pod, PodStatuses.ended(pod.getSpec().getContainers().get(0), code));
    }

    private void status(Pod pod, PodStatus status) {
        Pod now = client.resource(pod).get();
        if (now == null) {
            return;
        }
        client.resource(new PodBuilder(now).withStatus(status).build()).patchStatus();
        if (now.getMetadata().getDeletionTimestamp() != null
                && status.getPhase().matches("Succeeded|Failed")) {
            client.resource(now).withGracePeriod(0).delete();
        }
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        thread.shutdownNow();
        running.values().forEach(RunningProcess::close);
    }
}
