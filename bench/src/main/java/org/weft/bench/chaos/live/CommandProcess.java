package org.weft.bench.chaos.live;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.weft.bench.chaos.OutputSplitter;
import org.weft.bench.chaos.Told;

/**
 * A Weft command in a process of its own, under {@code script} of util-linux: on a terminal the progress bar tells every
 * step. What it says goes to a {@link Told} and, with the time, to a file.
 */
final class CommandProcess implements AutoCloseable {
    private static final String MAIN = "org.weft.trainer.Main";

    private final Process process;
    private final Thread reader;

    private CommandProcess(Process process, Thread reader) {
        this.process = process;
        this.reader = reader;
    }

    static CommandProcess start(List<String> command, Map<String, String> environment, Told told, Path file)
            throws IOException {
        String quoted = command.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "exec ", ""));
        ProcessBuilder builder = new ProcessBuilder("script", "-qefc", quoted, "/dev/null").redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        Reader output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
        PrintWriter copy = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8), true);
        Thread reader = new Thread(() -> copy(output, told, copy), "driver-output");
        reader.setDaemon(true);
        reader.start();
        return new CommandProcess(process, reader);
    }

    private static void copy(Reader output, Told told, PrintWriter copy) {
        try (output;
                copy) {
            new OutputSplitter(line -> {
                        told.line(System.currentTimeMillis(), line);
                        copy.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + "  " + line);
                    })
                    .readAll(output);
        } catch (IOException e) {
            told.line(System.currentTimeMillis(), "output of the driver ended: " + e.getMessage());
        }
    }

    /** The Java process, or -1 before there is one. */
    long pid() {
        return process.descendants()
                .map(ProcessHandle::pid)
                .filter(pid -> Shell.commandLine(pid).contains(MAIN))
                .findFirst()
                .orElse(-1L);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** 128 and the signal's number where one ended it. */
    int exitStatus() {
        try {
            reader.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        family.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
