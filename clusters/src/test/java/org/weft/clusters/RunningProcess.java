package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.trainer.Await;
import org.weft.trainer.CommandRun;

/**
 * A process and its group. {@link #close} ends all of it at once; what it wrote stays. A test that is interrupted closes
 * it too.
 */
final class RunningProcess implements AutoCloseable {
    private static final int LOG_TAIL = 6000;

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private final Thread atExit = new Thread(() -> signalGroup("KILL"));

    RunningProcess(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote to standard output so far. */
    String out() {
        return read(out);
    }

    /** What it wrote to standard error so far. */
    String err() {
        return read(err);
    }

    /** Both. */
    String log() {
        return out() + err();
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until something holds; fails at once where the process has ended before. */
    RunningProcess await(String what, Duration atMost, BooleanSupplier condition) {
        try {
            Await.until(name + ": " + what, atMost, () -> condition.getAsBoolean() || !isAlive());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + tail(), e);
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError(name + " ended with " + process.exitValue() + " before: " + what + "\n" + tail());
        }
        return this;
    }

    /** Waits for a place in its output that matches; its groups are the caller's to read. */
    Matcher awaitLine(String pattern, Duration atMost) {
        Pattern compiled = Pattern.compile(pattern, Pattern.MULTILINE);
        await(pattern, atMost, () -> compiled.matcher(log()).find());
        Matcher found = compiled.matcher(log());
        if (!found.find()) {
            throw new AssertionError("output of " + name + " has shrunk");
        }
        return found;
    }

    /** Waits until someone listens at a port of this machine. */
    RunningProcess awaitPort(int port, Duration atMost) {
        return await("port " + port, atMost, () -> listens(port));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends TERM, KILL, STOP, CONT, … to the process alone. */
    void signal(String signal) {
        kill(signal, Long.toString(pid()));
    }

    private void signalGroup(String signal) {
        kill(signal, "-" + pid());
    }

    static void kill(String signal, String whom) {
        try {
            new ProcessBuilder("kill", "-" + signal, "--", whom)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for its own end. */
    CommandRun ended(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " has not ended within " + atMost.toSeconds() + " s\n" + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
        return new CommandRun(process.exitValue(), out(), err());
    }

    private String tail() {
        String log = log();
        return log.substring(Math.max(0, log.length() - LOG_TAIL));
    }

    @Override
    public void close() {
        List<ProcessHandle> family = process.descendants().toList();
        signalGroup("KILL");
        family.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // The hook runs, or has run.
        }
    }
}
