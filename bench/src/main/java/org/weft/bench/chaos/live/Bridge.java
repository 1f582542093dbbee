package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A bridge with the address 10.77.N.1, where Master, HDFS and driver listen, and a network namespace for each Worker with
 * the address 10.77.N.10 and on. N is the first that no other bench has. Needs root; where namespaces cannot be made, all
 * listen on 127.77.N.1 and {@link #lack} says why no link can be touched.
 */
final class Bridge implements AutoCloseable {
    private static final int NETWORKS = 200;

    private final int number;
    private final int workers;
    private final String lack;
    private final Map<Integer, DelayedLink> delayed = new HashMap<>();

    private Bridge(int number, int workers, String lack) {
        this.number = number;
        this.workers = workers;
        this.lack = lack;
    }

    static Bridge create(int workers) throws IOException {
        int number = 1 + (int) (ProcessHandle.current().pid() % NETWORKS);
        while (Files.exists(Path.of("/sys/class/net/" + bridge(number)))) {
            number = number % NETWORKS + 1;
        }
        Bridge network = new Bridge(number, workers, "");
        try {
            network.open();
            return network;
        } catch (IOException e) {
            network.close();
            return new Bridge(number, 0, "no network namespaces: " + e.getMessage());
        }
    }

    private static String bridge(int number) {
        return "wxbr" + number;
    }

    private void open() throws IOException {
        String bridge = bridge(number);
        Shell.run("ip", "link", "add", bridge, "type", "bridge");
        Shell.run("ip", "addr", "add", host() + "/24", "dev", bridge);
        Shell.run("ip", "link", "set", bridge, "up");
        for (int worker = 1; worker <= workers; worker++) {
            String name = namespace(worker);
            Shell.run("ip", "netns", "add", name);
            Shell.run("ip", "link", "add", link(worker), "type", "veth", "peer", "name", "eth0", "netns", name);
            Shell.run("ip", "link", "set", link(worker), "master", bridge);
            Shell.run("ip", "link", "set", link(worker), "up");
            inside(worker, "ip", "link", "set", "lo", "up");
            inside(worker, "ip", "addr", "add", workerHost(worker) + "/24", "dev", "eth0");
            inside(worker, "ip", "link", "set", "eth0", "up");
        }
    }

    /** Why links cannot be touched; empty where they can. */
    String lack() {
        return lack;
    }

    /** The address of Master, HDFS and driver. */
    String host() {
        return (lack.isEmpty() ? "10.77." : "127.77.") + number + ".1";
    }

    private String workerHost(int worker) {
        return "10.77." + number + "." + (9 + worker);
    }

    private String namespace(int worker) {
        return "weft-chaos-" + number + "-" + worker;
    }

    private String link(int worker) {
        return "wx" + number + "v" + worker;
    }

    String workerHosts() {
        return list(this::workerHost);
    }

    String namespaces() {
        return list(this::namespace);
    }

    private String list(java.util.function.IntFunction<String> name) {
        List<String> names = new ArrayList<>();
        for (int worker = 1; worker <= workers; worker++) {
            names.add(name.apply(worker));
        }
        return String.join(" ", names);
    }

    void cut(int worker) throws IOException {
        Shell.run("ip", "link", "set", link(worker), "down");
    }

    void mend(int worker) throws IOException {
        Shell.run("ip", "link", "set", link(worker), "up");
    }

    /** Drops one packet in twenty that comes in or goes out. */
    void lose(int worker, boolean on) throws IOException {
        for (String chain : new String[] {"INPUT", "OUTPUT"}) {
            inside(
                    worker,
                    "iptables",
                    on ? "-A" : "-D",
                    chain,
                    "-m",
                    "statistic",
                    "--mode",
                    "random",
                    "--probability",
                    "0.05",
                    "-j",
                    "DROP");
        }
    }

    void slow(int worker) throws IOException {
        shape(worker, "tbf", "rate", "20mbit", "burst", "32kbit", "latency", "400ms");
    }

    void delay(int worker) throws IOException {
        delayed.put(worker, new DelayedLink(link(worker), bridge(number), link(worker) + "d"));
    }

    void undelay(int worker) {
        DelayedLink link = delayed.remove(worker);
        if (link != null) {
            link.close();
        }
    }

    /** In both directions. */
    private void shape(int worker, String... discipline) throws IOException {
        List<String> here = new ArrayList<>(List.of("tc", "qdisc", "add", "dev", link(worker), "root"));
        List<String> there = new ArrayList<>(List.of("tc", "qdisc", "add", "dev", "eth0", "root"));
        here.addAll(List.of(discipline));
        there.addAll(List.of(discipline));
        Shell.run(here.toArray(String[]::new));
        inside(worker, there.toArray(String[]::new));
    }

    void fast(int worker) throws IOException {
        Shell.run("tc", "qdisc", "del", "dev", link(worker), "root");
        inside(worker, "tc", "qdisc", "del", "dev", "eth0", "root");
    }

    private void inside(int worker, String... command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace(worker)));
        whole.addAll(List.of(command));
        Shell.run(whole.toArray(String[]::new));
    }

    @Override
    public void close() {
        delayed.values().forEach(DelayedLink::close);
        for (int worker = 1; worker <= workers; worker++) {
            if (Files.exists(Path.of("/sys/class/net/" + link(worker)))) {
                Shell.attempt("ip", "link", "del", link(worker));
            }
            if (Files.exists(Path.of("/run/netns/" + namespace(worker)))) {
                Shell.attempt("ip", "netns", "del", namespace(worker));
            }
        }
        if (Files.exists(Path.of("/sys/class/net/" + bridge(number)))) {
            Shell.attempt("ip", "link", "del", bridge(number));
        }
    }
}
