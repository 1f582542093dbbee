package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Short commands of the system, waited for. */
final class Shell {
    private static final int SECONDS = 180;

    private Shell() {}

    /** Runs a command; its output. Fails with that output where the command does. */
    static String run(String... command) throws IOException {
        return run(Map.of(), command);
    }

    static String run(Map<String, String> environment, String... command) throws IOException {
        Path out = Files.createTempFile("weft-chaos", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(List.of(command) + " did not end within " + SECONDS + " s");
            }
            String text = Files.readString(out, StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new IOException(List.of(command) + " ended with " + process.exitValue() + ": " + text);
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + List.of(command), e);
        } finally {
            Files.deleteIfExists(out);
        }
    }

    /** As {@link #run}, where a failure is only worth a line. */
    static void attempt(String... command) {
        try {
            run(command);
        } catch (IOException e) {
            System.err.println("chaos: " + e.getMessage());
        }
    }

    /** Sends a signal, such as {@code KILL}, to one process; to {@code kill}, -1 would be all of them. */
    static void signal(String signal, long pid) throws IOException {
        if (pid <= 1) {
            throw new IOException("no process to send " + signal + " to");
        }
        run("kill", "-" + signal, Long.toString(pid));
    }

    /** The command line of a process, words separated by blanks; empty where it is gone. */
    static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
