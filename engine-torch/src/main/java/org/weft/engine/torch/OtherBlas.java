package org.weft.engine.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * Another library for matrix products than the OpenBLAS that comes with libtorch. The linker takes it, for it is preloaded and so stands
 * first where libtorch's calls are looked up; a file that is not there it passes over in silence, and the products would be OpenBLAS's,
 * whose bits are others.
 */
final class OtherBlas {
    private static final String VARIABLE = "WEFT_BLAS";
    private static final Path MAPPED = Path.of("/proc/self/maps");
    private static volatile boolean found;

    private OtherBlas() {}

    /** The library's file; null for OpenBLAS. */
    static String chosen() {
        String file = System.getenv(VARIABLE);
        return file == null || file.isEmpty() ? null : file;
    }

    /** Fails where one is chosen that this process has not loaded. */
    static void requireLoaded() {
        if (found || chosen() == null) {
            return;
        }
        try (Stream<String> mapped = Files.lines(MAPPED)) {
            requireAmong(chosen(), mapped);
            found = true;
        } catch (IOException e) {
            throw notLoaded(chosen(), e);
        }
    }

    /** @param mapped lines of a process's memory map, each with its file as the last word */
    static void requireAmong(String file, Stream<String> mapped) throws IOException {
        Path real = Files.exists(Path.of(file)) ? Path.of(file).toRealPath() : Path.of(file);
        if (mapped.noneMatch(line -> line.endsWith(" " + real))) {
            throw notLoaded(file, null);
        }
    }

    private static WeftException notLoaded(String file, IOException cause) {
        return new WeftException(
                ExitStatus.CLUSTER,
                VARIABLE + "=" + file + " is not loaded by this process: products would be OpenBLAS's, with other bits",
                "put the library at that path on every machine, and start by Weft's scripts, or set LD_PRELOAD=" + file
                        + " MKL_THREADING_LAYER=GNU MKL_DYNAMIC=FALSE MKL_CBWR=AUTO too",
                cause);
    }
}
