package org.weft.trainer.commands;

import java.nio.file.Path;
import org.weft.driver.local.EmbeddedHdfs;
import picocli.CommandLine.Option;

/** Where files without a scheme are. A command that has this and no {@link ConfigOptions} reads no configuration, and refuses one. */
final class FileOptions {
    @Option(
            names = "--hdfs",
            paramLabel = "DIR",
            description = "Start the embedded HDFS that keeps its data in DIR, as quickstart does, for this command.")
    private Path hdfs;

    private final EmbeddedHdfs running;

    FileOptions() {
        this(null);
    }

    /** Of a command that another one runs, on the embedded HDFS that the other has started. */
    FileOptions(EmbeddedHdfs running) {
        this.running = running;
    }

    /** Starts the embedded HDFS if asked for; the caller closes what comes back. */
    FileAccess open() {
        if (running != null) {
            return FileAccess.within(running);
        }
        return new FileAccess(hdfs == null ? null : EmbeddedHdfs.start(hdfs));
    }
}
