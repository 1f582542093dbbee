package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/** Where a test's cluster lies: under target/, so that the daemons' and containers' logs are there after a failure. */
final class ClusterFolder {
    private ClusterFolder() {}

    /** Empty; what the last test of this name left is removed. */
    static Path fresh(String name) {
        Path folder = Path.of(System.getProperty("basedir", "."), "target", "clusters", name)
                .toAbsolutePath();
        try {
            FileUtils.deleteDirectory(folder.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }
}
