package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;

/** A folder for a test's runs and Hugging Face directories, and what was said of them. */
abstract class ModelDirectories {
    @TempDir
    Path temporary;

    final Store store = HadoopStore.local();
    final List<String> notices = new ArrayList<>();
    /** The folder, as a URI. */
    String home;

    @BeforeEach
    void name() {
        home = "file://" + temporary.toAbsolutePath();
    }

    float[] parameters(Checkpoint checkpoint) throws IOException {
        float[] all = new float[(int) checkpoint.manifest().parameters()];
        new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest())
                .read(CheckpointReader.PARAM, 0, all.length, (offset, bytes) -> bytes.asFloatBuffer()
                        .get(all, (int) offset, bytes.remaining() / Float.BYTES));
        return all;
    }

    JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(Files.readString(temporary.resolve(name)));
    }
}
