package org.weft.dl4j.data;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JacksonException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * The index of a fit's examples, {@code index.json}; written last. Example i of the whole is found by counting through the
 * shards, which are in the order of the RDD's partitions.
 *
 * @param formatVersion 1
 */
public record ExampleManifest(int formatVersion, List<Shard> shards) implements Serializable {
    static final int VERSION = 1;
    private static final String FILE = "index.json";

    public ExampleManifest {
        shards = List.copyOf(shards);
    }

    /**
     * One file.
     *
     * @param examples in it
     * @param tableChecksum of its table, which has the checksums of all else
     */
    public record Shard(String file, int examples, long bytes, int tableChecksum) implements Serializable {

        String toJson() throws IOException {
            return Json.MAPPER.writeValueAsString(this);
        }

        static Shard fromJson(String json) throws IOException {
            return Json.MAPPER.readValue(json, Shard.class);
        }
    }

    /** All examples. */
    @JsonIgnore
    public long examples() {
        return shards.stream().mapToLong(Shard::examples).sum();
    }

    /** SHA-256 of what decides every batch: the examples, in their order. */
    @JsonIgnore
    public String fingerprint() {
        StringBuilder decisive = new StringBuilder();
        shards.forEach(shard -> decisive.append(shard.examples())
                .append(':')
                .append(shard.tableChecksum())
                .append(' '));
        return Sha256.hex(decisive.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Makes the examples of a directory count. */
    public void save(Store store, String directory) throws IOException {
        store.replace(
                directory + "/" + FILE,
                Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    }

    /** Whether a directory's examples were written to their end. */
    public static boolean exists(Store store, String directory) throws IOException {
        return store.exists(directory + "/" + FILE);
    }

    /**
     * Reads the index of a directory.
     *
     * @throws WeftException where there is none, or it cannot be read
     */
    public static ExampleManifest load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        try {
            ExampleManifest manifest = Json.MAPPER.readValue(store.readAll(path), ExampleManifest.class);
            if (manifest.formatVersion() != VERSION) {
                throw WeftException.invalidData(
                        path + ": formatVersion=" + manifest.formatVersion() + " expected=" + VERSION,
                        "it was written by another Weft");
            }
            return manifest;
        } catch (FileNotFoundException e) {
            throw WeftException.invalidData(
                    directory + " has no " + FILE, "its examples were not written to their end: fit again");
        } catch (JacksonException e) {
            throw new WeftException(ExitStatus.INVALID_DATA, path + " is damaged", "fit in another run directory", e);
        }
    }
}
