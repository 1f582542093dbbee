package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.bench.chaos.FaultKind;
import org.weft.bench.chaos.PlannedFault;

/** How each kind is done. */
final class FaultInjection {
    private FaultInjection() {}

    static Fault of(FaultKind kind) {
        return switch (kind) {
            case KILL_WORKER, KILL_SERVER, KILL_BOTH -> FaultInjection::killExecutor;
            case KILL_DRIVER ->
                (scene, planned) -> {
                    long now = System.currentTimeMillis();
                    return Fault.Injection.instant(scene.driver().kill(), now);
                };
            case PAUSE_EXECUTOR -> FaultInjection::pauseExecutor;
            case OUT_OF_MEMORY -> new OutOfMemory();
            case NETWORK_CUT -> new LinkFault(Bridge::cut, Bridge::mend);
            case PACKET_LOSS ->
                new LinkFault(
                        (network, worker) -> network.lose(worker, true),
                        (network, worker) -> network.lose(worker, false));
            case SLOW_LINK -> new LinkFault(Bridge::slow, Bridge::fast);
            case DELAY -> new LinkFault(Bridge::delay, Bridge::undelay);
            case KILL_DATANODE -> FaultInjection::killDataNode;
            case STOP_NAMENODE -> FaultInjection::stopNameNode;
            case FULL_DISK -> new FullDisk();
        };
    }

    private static Fault.Injection killExecutor(Scene scene, PlannedFault planned) throws IOException {
        Scene.Victim victim = scene.victim(planned);
        long now = System.currentTimeMillis();
        Shell.signal("KILL", victim.executor().pid());
        return Fault.Injection.instant(victim.toString(), now);
    }

    private static Fault.Injection pauseExecutor(Scene scene, PlannedFault planned) throws IOException {
        Scene.Victim victim = scene.victim(planned);
        Shell.signal("STOP", victim.executor().pid());
        return Fault.Injection.lasting(victim.toString(), () -> {
            if (victim.executor().isAlive()) {
                Shell.signal("CONT", victim.executor().pid());
            }
        });
    }

    private static Fault.Injection killDataNode(Scene scene, PlannedFault planned) throws IOException {
        int number = 1 + planned.draw() % Cluster.DATANODES;
        Shell.signal("KILL", scene.cluster().hdfsPid("datanode-" + number));
        return Fault.Injection.lasting(
                "DataNode " + number, () -> scene.cluster().startDataNode(number));
    }

    private static Fault.Injection stopNameNode(Scene scene, PlannedFault planned) throws IOException {
        long pid = scene.cluster().hdfsPid("namenode");
        Shell.signal("STOP", pid);
        return Fault.Injection.lasting("NameNode", () -> Shell.signal("CONT", pid));
    }

    /** Something done to the link of a Worker. */
    private interface LinkChange {
        void apply(Bridge network, int worker) throws IOException;
    }

    private record LinkFault(LinkChange change, LinkChange back) implements Fault {
        @Override
        public String lack(Scene scene, FaultKind kind) {
            Bridge network = scene.cluster().network();
            return network.lack().isEmpty() && kind == FaultKind.DELAY ? DelayedLink.lack() : network.lack();
        }

        @Override
        public Injection inject(Scene scene, PlannedFault planned) throws IOException {
            Scene.Victim victim = scene.victim(planned);
            Bridge network = scene.cluster().network();
            int worker = victim.executor().worker();
            change.apply(network, worker);
            return Injection.lasting(victim.toString(), () -> back.apply(network, worker));
        }
    }

    /**
     * The system gives the executor no more memory: its limits of address space and of data are below what it has. The
     * next thread, the next growth of a heap fails; a collection that gives memory back and wants it again hastens that.
     */
    private static final class OutOfMemory implements Fault {
        private static final long POKE_MILLIS = TimeUnit.SECONDS.toMillis(4);
        private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(40);
        private static final Pattern COMPLAINT = Pattern.compile(
                "(java\\.lang\\.OutOfMemoryError|Native memory allocation|std::bad_alloc|os::commit_memory)[^\\n]*");

        @Override
        public Injection inject(Scene scene, PlannedFault planned) throws IOException {
            Scene.Victim victim = scene.victim(planned);
            String pid = Long.toString(victim.executor().pid());
            long start = System.currentTimeMillis();
            Shell.run("prlimit", "--pid", pid, "--as=1048576", "--data=1048576");
            long poke = start + POKE_MILLIS;
            while (victim.executor().isAlive()) {
                long now = System.currentTimeMillis();
                if (now - start > PATIENCE_MILLIS) {
                    Shell.run("prlimit", "--pid", pid, "--as=unlimited", "--data=unlimited");
                    return Injection.instant(victim.toString(), start).with("lived on without new memory");
                }
                if (now > poke) {
                    poke = now + POKE_MILLIS;
                    Shell.attempt("timeout", "3", "jcmd", pid, "GC.run");
                }
                Shell.sleep(50);
            }
            long died = System.currentTimeMillis();
            return Injection.instant(victim.toString(), died)
                    .with("dead after " + (died - start) + " ms: " + cause(victim));
        }

        private static String cause(Scene.Victim victim) throws IOException {
            for (String name : new String[] {"stderr", "stdout"}) {
                String text = Files.readString(victim.executor().folder().resolve(name), StandardCharsets.ISO_8859_1);
                Matcher complaint = COMPLAINT.matcher(text);
                if (complaint.find()) {
                    return complaint.group();
                }
            }
            return "nothing about memory in its log";
        }
    }

    private static final class FullDisk implements Fault {
        private static final int CHUNK = 1 << 20;

        @Override
        public String lack(Scene scene, FaultKind kind) {
            return scene.cluster().diskLack();
        }

        @Override
        public Injection inject(Scene scene, PlannedFault planned) throws IOException {
            List<Path> fillers = new ArrayList<>();
            for (int number = 1; number <= Cluster.DATANODES; number++) {
                fillers.add(scene.cluster().disk(number).resolve("filler"));
            }
            for (Path filler : fillers) {
                fill(filler);
            }
            return Injection.lasting("disks of all DataNodes", () -> {
                for (Path filler : fillers) {
                    Files.deleteIfExists(filler);
                }
            });
        }

        private static void fill(Path file) throws IOException {
            byte[] chunk = new byte[CHUNK];
            try (var out = Files.newOutputStream(file)) {
                while (true) {
                    out.write(chunk);
                }
            } catch (IOException full) {
                if (!String.valueOf(full.getMessage()).contains("No space left")) {
                    throw full;
                }
            }
        }
    }
}
