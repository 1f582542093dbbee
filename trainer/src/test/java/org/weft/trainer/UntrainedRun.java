package org.weft.trainer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;

/** Runs of step 0: parameters by their index, which nobody has trained. */
public final class UntrainedRun {
    private static final long SEED = 7;

    private UntrainedRun() {}

    /**
     * Of a model without a tokenizer.
     *
     * @param model its section, as YAML
     */
    public static Checkpoint write(Store store, String directory, String model, int vocabulary) throws IOException {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: \"" + directory + "\"}\nmodel: " + model, List.of());
        RunIdentity identity = new RunIdentity(
                config, new ModelShape(config.model(), vocabulary).layout(), new Vocabulary(vocabulary, ""));
        return write(store, config.run().directory(), identity);
    }

    /** Of whatever it is to be taken for. */
    public static Checkpoint write(Store store, RunDirectory run, RunIdentity identity) throws IOException {
        return InitialCheckpoint.write(store, run, identity, (offset, length, sink) -> {
            ByteBuffer part = ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            Initialization.fill(identity.layout(), SEED, offset, part.asFloatBuffer());
            sink.accept(offset, part);
        });
    }
}
