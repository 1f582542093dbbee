package org.weft.dl4j.examples;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;

/**
 * What is trained in a working directory, {@code example.json} there: who comes with something else must not go on from it.
 *
 * @param run directory of the fits
 * @param dataSha256 of what is learnt from
 */
record ExampleRecord(String example, String network, boolean small, String run, String dataSha256) {
    private static final String FILE = "example.json";

    /** Refuses a directory that another training has; else writes the record where there is none yet. */
    void claim(Path workDir) throws IOException {
        Path file = workDir.resolve(FILE);
        if (!Files.exists(file)) {
            Files.createDirectories(workDir);
            Path written = workDir.resolve(FILE + ".new");
            Files.write(written, Json.RECORDS.writeValueAsBytes(this));
            Files.move(written, file);
            return;
        }
        ExampleRecord there;
        try {
            there = Json.RECORDS.readValue(file.toFile(), ExampleRecord.class);
        } catch (JacksonException e) {
            throw new WeftException(
                    ExitStatus.INVALID_DATA, file + " is damaged", "give another --work-dir, or remove this one", e);
        }
        if (!equals(there)) {
            throw WeftException.usage(
                    workDir + " already holds " + there.words() + ", not " + words(),
                    "give another --work-dir, or remove this one");
        }
    }

    private String words() {
        return example + " (network " + network + ", " + (small ? "small, " : "") + "in " + run + ", data "
                + dataSha256.substring(0, Math.min(12, dataSha256.length())) + ")";
    }
}
