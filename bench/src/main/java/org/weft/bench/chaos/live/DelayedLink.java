package org.weft.bench.chaos.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A link that delays each frame, by {@code bench/delay_link.py}: no kernel's netem is asked for.
 *
 * <pre>
 *   before   link -- bridge
 *   during   link -- bridge of its own -- TAP a … 100 ms … TAP b -- bridge
 * </pre>
 *
 * Owned by the thread that does the faults.
 */
final class DelayedLink implements AutoCloseable {
    private static final String MILLIS = "100";
    private static final int PATIENCE_SECONDS = 10;

    private final String link;
    private final String bridge;
    private final String own;
    private final Process forwarder;

    /** Why no link can be delayed; empty where it can. */
    static String lack() {
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return "there is no /dev/net/tun";
        }
        try {
            Shell.run("python3", "--version");
            return "";
        } catch (IOException e) {
            return "there is no python3: " + e.getMessage();
        }
    }

    /**
     * Puts the delay between a link and its bridge.
     *
     * @param name of what is made, at most 12 characters
     */
    DelayedLink(String link, String bridge, String name) throws IOException {
        this.link = link;
        this.bridge = bridge;
        this.own = name + "br";
        String near = name + "a";
        String far = name + "b";
        Path script = Path.of(System.getProperty("weft.root"), "bench", "delay_link.py");
        forwarder = new ProcessBuilder("python3", script.toString(), near, far, MILLIS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            requireReady();
            Shell.run("ip", "link", "add", own, "type", "bridge");
            for (String device : new String[] {own, near, far}) {
                Shell.run("ip", "link", "set", device, "up");
            }
            Shell.run("ip", "link", "set", near, "master", own);
            Shell.run("ip", "link", "set", far, "master", bridge);
            Shell.run("ip", "link", "set", link, "master", own);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void requireReady() throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(forwarder.getInputStream(), StandardCharsets.UTF_8));
        if (!"ready".equals(out.readLine())) {
            throw new IOException("delay_link.py did not start");
        }
    }

    /** The link is as before; its TAP devices go with their process. */
    @Override
    public void close() {
        Shell.attempt("ip", "link", "set", link, "master", bridge);
        forwarder.destroy();
        try {
            if (!forwarder.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                forwarder.destroyForcibly();
            }
        } catch (InterruptedException e) {
            forwarder.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (Files.exists(Path.of("/sys/class/net/" + own))) {
            Shell.attempt("ip", "link", "del", own);
        }
    }
}
