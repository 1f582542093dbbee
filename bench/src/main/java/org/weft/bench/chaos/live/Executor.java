package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * An executor's process, found by its folder {@code work-WORKER/APPLICATION/ID} under the cluster's.
 *
 * @param worker number of the Spark Worker that started it
 * @param id as Spark and the driver's log name it
 */
record Executor(long pid, int worker, String application, String id, Path folder) {
    private static final String CLASS = "CoarseGrainedExecutorBackend";

    /** Those that run now. */
    static List<Executor> all(Path clusterDir) throws IOException {
        List<Executor> found = new ArrayList<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes.toList()) {
                String name = process.getFileName().toString();
                if (name.matches("\\d+")
                        && Shell.commandLine(Long.parseLong(name)).contains(CLASS)) {
                    Executor executor = at(clusterDir, Long.parseLong(name), process.resolve("cwd"));
                    if (executor != null) {
                        found.add(executor);
                    }
                }
            }
        }
        return found;
    }

    private static Executor at(Path clusterDir, long pid, Path cwd) {
        try {
            Path folder = Files.readSymbolicLink(cwd);
            if (!folder.startsWith(clusterDir)) {
                return null;
            }
            Path inside = clusterDir.relativize(folder);
            int worker = Integer.parseInt(inside.getName(0).toString().substring("work-".length()));
            return new Executor(
                    pid, worker, inside.getName(1).toString(), inside.getName(2).toString(), folder);
        } catch (IOException | RuntimeException e) {
            return null; // Gone meanwhile.
        }
    }

    /** Those of an application; where it is empty those of the newest: an older one's may still be on their way out. */
    static List<Executor> of(Path clusterDir, String application) throws IOException {
        List<Executor> all = all(clusterDir);
        String wanted = application.isEmpty()
                ? all.stream()
                        .map(Executor::application)
                        .max(Comparator.naturalOrder())
                        .orElse("")
                : application;
        return all.stream()
                .filter(executor -> executor.application().equals(wanted))
                .toList();
    }

    boolean isAlive() {
        return Shell.commandLine(pid).contains(CLASS);
    }
}
