package org.weft.bench.chaos.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What every process of a run that hangs is doing. */
final class Stacks {
    private Stacks() {}

    /** Writes a file for the driver and one for each executor. */
    static void write(long driver, Path sparkDir, Path folder) {
        write(driver, folder.resolve("stacks-driver.txt"));
        try {
            for (Executor executor : Executor.of(sparkDir, "")) {
                write(executor.pid(), folder.resolve("stacks-executor-" + executor.id() + ".txt"));
            }
        } catch (IOException e) {
            System.err.println("chaos: " + e.getMessage());
        }
    }

    private static void write(long pid, Path file) {
        try {
            Files.writeString(file, Shell.run("timeout", "20", "jcmd", Long.toString(pid), "Thread.print"));
        } catch (IOException e) {
            System.err.println("chaos: no stacks of " + pid + ": " + e.getMessage());
        }
    }
}
