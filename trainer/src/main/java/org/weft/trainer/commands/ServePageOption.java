package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.weft.core.WeftException;
import picocli.CommandLine.Option;

/** A page of the user's own in place of the server's. */
public final class ServePageOption {
    private static final long MOST_BYTES = 16 << 20;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description =
                    "A page of yours at /, one file of HTML with its styles and scripts in it, in place of the one to try"
                            + " models in. Its requests go to this server alone; it is shown without a key.")
    private Path file;

    /** The page's text; read once, at the start. */
    Optional<String> html() {
        if (file == null) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(file)) {
            throw WeftException.usage("--page: there is no file " + file, "give a file of HTML");
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw WeftException.usage(
                        "--page " + file + " has " + Files.size(file) + " bytes",
                        "it is kept in memory: at most 16 MiB");
            }
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw WeftException.usage("--page " + file + " cannot be read: " + e, "it must be HTML in UTF-8");
        }
    }
}
