package org.weft.dl4j.examples;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * What {@code examples/NAME/example.yaml} says of an example.
 *
 * @param title in a line
 * @param room whose networks it trains
 */
record ExampleFile(String title, String room, ExampleBar bar) {
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final String WAY_OUT = "restore it: title, room: dl4j, bar: {metric: accuracy, at_least: 0.95}";

    /** Reads an example's file in the folder of all examples. */
    static ExampleFile read(Path examples, String name) throws IOException {
        Path file = examples.resolve(name).resolve("example.yaml");
        if (!Files.exists(file)) {
            throw WeftException.usage(file + " is missing", "examples are run in a clone, by ./weft example " + name);
        }
        ExampleFile read;
        try {
            read = YAML.readValue(file.toFile(), ExampleFile.class);
        } catch (JacksonException e) {
            throw new WeftException(
                    ExitStatus.INVALID_DATA, file + " cannot be read: " + e.getOriginalMessage(), WAY_OUT, e);
        }
        String problem = read == null || read.bar() == null
                ? "it has no bar"
                : read.bar().problem();
        if (problem != null) {
            throw WeftException.invalidData(file + ": " + problem, WAY_OUT);
        }
        return read;
    }
}
