package org.weft.core.optim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Numbers that PyTorch wrote, a line of them behind the words that say what they are. */
final class GoldenNumbers {
    private GoldenNumbers() {}

    /** Those of the first line that begins so; null where there is none. */
    static double[] after(String prefix, Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .map(line -> Arrays.stream(line.substring(prefix.length()).split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .orElse(null);
    }
}
