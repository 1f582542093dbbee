package org.weft.trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own, started by the distribution's launcher. Ended with its executors when closed. */
record LaunchedRun(Process process, Path out, Path err) implements AutoCloseable {
    private static final Path LAUNCHER =
            Path.of(System.getProperty("weft.dist", "target/dist"), "weft").toAbsolutePath();
    private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

    /**
     * Starts in {@code folder}, where its output goes too.
     *
     * @param javaOptions more of them, for the driver
     */
    static LaunchedRun start(Path folder, List<String> arguments, String... javaOptions) throws IOException {
        Path out = Files.createTempFile(folder, "launched", ".out");
        Path err = Files.createTempFile(folder, "launched", ".err");
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("WEFT_DRIVER_MEMORY", "1g");
        List<String> options = new ArrayList<>(List.of(ShortLived.JVM, "-D" + ShortLived.EXECUTORS));
        options.addAll(List.of(javaOptions));
        builder.environment().put("WEFT_JAVA_OPTS", String.join(" ", options));
        return new LaunchedRun(builder.start(), out, err);
    }

    /** The executors' processes, the oldest first. */
    List<ProcessHandle> executors() {
        return process.descendants()
                .filter(child -> child.info().commandLine().orElse("").contains(EXECUTOR))
                .sorted()
                .toList();
    }

    /** The process of the executor with this id. */
    ProcessHandle executor(String id) {
        return executors().stream()
                .filter(child -> commandLine(child).contains("--executor-id\0" + id + "\0"))
                .findFirst()
                .orElseThrow();
    }

    /** All of it: Java's own account of a process ends with the first page, which a long class path fills. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException e) {
            return ""; // It has ended.
        }
    }

    /** What was written to standard error so far. */
    String errors() {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code kill -TERM} sends. */
    void terminate() {
        process.destroy();
    }

    CommandRun ended(Duration atMost) throws IOException, InterruptedException {
        List<ProcessHandle> executors = executors();
        if (!process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("not ended within " + atMost + "\n" + Files.readString(err));
        }
        Await.until("executors end with their driver", Duration.ofSeconds(20), () -> executors.stream()
                .noneMatch(ProcessHandle::isAlive));
        return new CommandRun(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Override
    public void close() {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
    }
}
