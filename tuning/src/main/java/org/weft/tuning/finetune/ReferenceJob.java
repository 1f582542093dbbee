package org.weft.tuning.finetune;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;
import org.weft.core.examples.ExampleSet;
import org.weft.core.examples.ExampleWriter;
import org.weft.core.examples.ExamplesFile;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.examples.ExamplesSplit;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.corpus.FirstTaskError;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.run.ModelStage;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.tuning.task.Encoder;

/**
 * How likely the model at the start makes each answer of the pairs that it is to learn from: computed once, before training, a file of
 * examples a task, and kept under {@code run.dir/reference} as the same examples with two numbers more. The bytes are a function of
 * the examples, the model, {@code training.micro_batch} and {@code training.precision}, whoever computes them. For one thread.
 */
final class ReferenceJob {
    private static final int CHUNK_BATCHES = 16;
    private static final String COMPUTED_WITH = "/computed_with.json";

    private final JavaSparkContext spark;
    private final Store store;
    private final WeftConfig config;
    private final ModelShape shape;
    private final Consumer<String> progress;

    ReferenceJob(JavaSparkContext spark, Store store, WeftConfig config, ModelShape shape, Consumer<String> progress) {
        this.spark = spark;
        this.store = store;
        this.config = config;
        this.shape = shape;
        this.progress = progress;
    }

    /**
     * Computes what is not there yet, or was computed in other micro-batches or in another precision.
     *
     * @param start step 0 of the run, as {@link FinetuneStart#write} wrote it; null where all that learns is fresh
     * @throws WeftException where what is there is of another model, or of other examples
     */
    void run(Checkpoint start) throws IOException {
        RunDirectory run = config.run().directory();
        ExamplesManifest examples = ExamplesManifest.load(store, run.dataset());
        turnedOtherwise(config, examples.train().longest()).ifPresent(progress);
        String fingerprint = fingerprint(examples);
        if (ExamplesManifest.exists(store, run.reference())) {
            require(fingerprint);
        }
        if (ExamplesManifest.exists(store, run.reference()) && computedAsConfigured()) {
            progress.accept("the answers' likelihoods at the start are known: " + run.reference());
            return;
        }
        progress.accept("computing how likely the model at the start makes each answer");
        store.delete(run.reference());
        ExamplesSplit train = computed(start, examples, examples.train());
        ExamplesSplit validation = computed(start, examples, examples.validation());
        store.write(run.reference() + COMPUTED_WITH, computedWith());
        examples.of(train, validation, fingerprint).save(store, run.reference());
    }

    /**
     * What there is to say where a pair may be turned otherwise while it is learnt, by its longest answer, than here, where each answer
     * is turned by its own length.
     *
     * @param longest tokens of the longest pair, both answers together
     */
    static Optional<String> turnedOtherwise(WeftConfig config, long longest) {
        ModelConfig model = config.model();
        int original = model.ropeOriginalContext();
        if (!model.ropeScaling().followsLength() || Math.min(longest, Encoder.maxLength(config)) <= original) {
            return Optional.empty();
        }
        return Optional.of("warning: model.rope_scaling=" + model.ropeScaling().word()
                + " turns texts of more than model.rope_original_context=" + original
                + " tokens otherwise, and the longest pair has " + longest
                + ": an answer beside one beyond that is learnt as if it were as long, and rewards do not begin at 0; set"
                + " dataset.max_length=" + original + " to keep all alike");
    }

    /** What the last bits depend on beside the examples and the model. */
    private byte[] computedWith() throws IOException {
        ObjectNode how = JsonNodeFactory.instance.objectNode();
        how.put("micro_batch", config.training().microBatch());
        how.put("precision", config.training().precision().word());
        return Json.INDENTED.writeValueAsBytes(how);
    }

    /** Earlier versions did not say with what. */
    private boolean computedAsConfigured() throws IOException {
        String path = config.run().directory().reference() + COMPUTED_WITH;
        return !store.exists(path) || Arrays.equals(store.readAll(path), computedWith());
    }

    /**
     * Fails where what an earlier start of the run computed is of another model, or of other examples.
     *
     * @throws WeftException that says so
     */
    void requireSame() throws IOException {
        RunDirectory run = config.run().directory();
        boolean begun = manifestAt(run.initial()) != null || manifestAt(run.base()) != null;
        if (begun && ExamplesManifest.exists(store, run.reference())) {
            require(fingerprint(ExamplesManifest.load(store, run.dataset())));
        }
    }

    private void require(String fingerprint) throws IOException {
        String directory = config.run().directory().reference();
        String found = ExamplesManifest.load(store, directory).fingerprint();
        if (!found.equals(fingerprint)) {
            throw WeftException.invalidData(
                    directory + " was computed with another base model, or of other rows: fingerprint expected="
                            + fingerprint.substring(0, 16) + " actual="
                            + found.substring(0, Math.min(16, found.length())),
                    "take another run.dir, or put finetune.from and the rows back");
        }
    }

    /** Of the examples and of all parameters at the start, those that learn and those that do not. */
    private String fingerprint(ExamplesManifest examples) throws IOException {
        RunDirectory run = config.run().directory();
        StringBuilder parts = new StringBuilder(examples.fingerprint());
        for (RunDirectory part : List.of(run.initial(), run.base())) {
            CheckpointManifest manifest = manifestAt(part);
            parts.append(' ').append(manifest == null ? "none" : manifest.paramsSha256());
        }
        return Sha256.hex(parts.toString().getBytes(StandardCharsets.UTF_8));
    }

    private CheckpointManifest manifestAt(RunDirectory part) throws IOException {
        return store.exists(part.step(0)) ? CheckpointManifest.load(store, part.step(0)) : null;
    }

    private ExamplesSplit computed(Checkpoint start, ExamplesManifest examples, ExamplesSplit split)
            throws IOException {
        if (split.files().isEmpty()) {
            return split;
        }
        Stage stage = new Stage(store, config, shape, start, examples);
        List<ExamplesFile> written =
                FirstTaskError.ends(spark, () -> ModelStage.over(spark, split.files(), stage::open));
        return new ExamplesSplit(written, split.longest(), split.truncated(), split.leftOut());
    }

    /** One task's files. */
    private record Stage(Store store, WeftConfig config, ModelShape shape, Checkpoint start, ExamplesManifest examples)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        ModelStage.Opened<ExamplesFile, ExamplesFile> open() throws IOException {
            ModelReplica replica = Engines.open(config, shape, "cpu");
            try {
                ReplicaLoader.loadStart(store, replica, start, config.run().directory());
            } catch (IOException | RuntimeException e) {
                replica.close();
                throw e;
            }
            return new ModelStage.Opened<>() {
                @Override
                public ExamplesFile take(ExamplesFile file) throws IOException {
                    return computed(replica, file);
                }

                @Override
                public void close() {
                    replica.close();
                }
            };
        }

        /** The file's examples in their order; those of about one length are computed together. */
        private ExamplesFile computed(ModelReplica replica, ExamplesFile file) throws IOException {
            RunDirectory run = config.run().directory();
            ExamplesSplit one = new ExamplesSplit(List.of(file), 0, 0, 0);
            int chunk = CHUNK_BATCHES * config.training().microBatch();
            try (ExampleSet set = ExampleSet.open(store, run.dataset(), examples, one);
                    ExampleWriter writer =
                            new ExampleWriter(store, run.reference(), file.file(), examples.vocabulary())) {
                for (int from = 0; from < set.size(); from += chunk) {
                    List<Example> pairs = new ArrayList<>();
                    for (int i = from; i < Math.min(set.size(), from + chunk); i++) {
                        pairs.add(set.read(i));
                    }
                    for (Example pair : computed(replica, pairs)) {
                        writer.append(pair);
                    }
                }
                return writer.commit();
            }
        }

        private Example[] computed(ModelReplica replica, List<Example> pairs) {
            double[][] nats = PairNats.of(replica, pairs, config.training().microBatch()); // (N, 2)
            return IntStream.range(0, pairs.size())
                    .mapToObj(i -> ExampleParts.with(pairs.get(i), (float) -nats[i][0], (float) -nats[i][1]))
                    .toArray(Example[]::new);
        }
    }
}
