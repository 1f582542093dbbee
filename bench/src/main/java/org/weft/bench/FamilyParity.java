package org.weft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.SplitMix64;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.TorchReplica;

/**
 * Trains a small model of any family for ten steps in one process and writes down everything that another program needs
 * to do the same: configuration, layout, first parameters, batches; and what came out: the first step's gradient and the
 * losses. {@code bench/families.sh} compares them with {@code bench/peers/families.py}.
 *
 * <p>Usage: {@code FamilyParity OUTPUT V B key=value…}, keys as in a configuration.
 */
public final class FamilyParity {
    private static final long SEED = 42;
    private static final double MASKED = 0.2;

    private FamilyParity() {}

    public static void main(String[] args) throws IOException {
        Path output = Files.createDirectories(Path.of(args[0]));
        int sequences = Integer.parseInt(args[2]);
        List<String> settings = Arrays.asList(args).subList(3, args.length);
        WeftConfig config = ConfigLoader.load(
                "arguments",
                "training: {global_batch: " + sequences + ", micro_batch: " + sequences
                        + ", lanes: 1, warmup_steps: 3, learning_rate: 1.0e-3, steps: 10}\nrun: {dir: unused}",
                settings);
        ModelShape shape = new ModelShape(config.model(), Integer.parseInt(args[1]));
        describe(output, config, shape, sequences);
        ReplicaOptions options = ReplicaOptions.training("cpu", 1, config.training());
        try (ModelReplica replica = TorchReplica.open(shape, options)) {
            train(output, config, shape, replica, sequences);
        }
    }

    private static void describe(Path output, WeftConfig config, ModelShape shape, int sequences) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.set("model", ConfigLoader.toTree(config).path("model"));
        root.set("training", ConfigLoader.toTree(config).path("training"));
        root.put("vocab", shape.vocabSize()).put("sequences", sequences).put("steps", TenSteps.STEPS);
        ArrayNode parameters = root.putArray("parameters");
        for (Parameter parameter : shape.layout().parameters()) {
            ObjectNode entry = parameters.addObject();
            entry.put("name", parameter.name())
                    .put("offset", parameter.offset())
                    .put("decay", parameter.decay());
            parameter.shape().forEach(entry.withArray("shape")::add);
        }
        json.writerWithDefaultPrettyPrinter()
                .writeValue(output.resolve("run.json").toFile(), root);
    }

    private static void train(Path output, WeftConfig config, ModelShape shape, ModelReplica replica, int sequences)
            throws IOException {
        ParameterLayout layout = shape.layout();
        int size = (int) layout.size();
        FloatBuffer parameters = replica.parameters(0, size).asFloatBuffer();
        Initialization.fill(layout, SEED, 0, parameters);
        replica.parametersWritten(0, size);
        float[] weights = new float[size];
        parameters.get(0, weights);
        TenSteps.write(output.resolve("params.f32"), weights);
        List<Batch> batches = IntStream.range(0, TenSteps.STEPS)
                .mapToObj(step -> batch(config, shape, sequences, step))
                .toList();
        for (int step = 0; step < batches.size(); step++) {
            append(output.resolve("batches.i32"), step, batches.get(step));
        }
        new TenSteps(config.training(), replica, SEED).run(output, batches::get);
    }

    private static Batch batch(WeftConfig config, ModelShape shape, int sequences, int step) {
        int context = config.model().context();
        long start = SplitMix64.start(SEED, step);
        int[] tokens = new int[sequences * (context + 1)];
        Arrays.setAll(tokens, i -> (int) (Math.pow(SplitMix64.uniform(start, i), 2) * shape.vocabSize()));
        if (config.model().causal()) {
            return Batch.causal(sequences, context, tokens);
        }
        int[] inputs = Arrays.copyOf(tokens, sequences * context);
        int[] targets = new int[inputs.length];
        Arrays.setAll(
                targets, i -> SplitMix64.uniform(~start, i) < MASKED || i == 0 ? (inputs[i] + 1) % 50 : Batch.IGNORED);
        int[] seconds = new int[sequences];
        Arrays.fill(seconds, context / 2);
        int[] related = new int[sequences];
        Arrays.setAll(related, i -> (i + step) % 2);
        Targets.Tokens predicted = new Targets.Tokens(targets);
        Targets asked = config.model().nextSentence() ? new Targets.Pairs(predicted, related) : predicted;
        return new Batch(sequences, context, inputs, seconds, asked);
    }

    /** Inputs, targets, types (B T each) and relations (B); zeros where a batch has none. */
    private static void append(Path file, int step, Batch batch) throws IOException {
        int rows = batch.inputs().length;
        ByteBuffer bytes = ByteBuffer.allocate((3 * rows + batch.sequences()) * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer()
                .put(batch.inputs())
                .put(batch.targets())
                .put(batch.types())
                .put(batch.asked() instanceof Targets.Pairs pairs ? pairs.related() : new int[batch.sequences()]);
        if (step == 0) {
            Files.deleteIfExists(file);
            Files.createFile(file);
        }
        Files.write(file, bytes.array(), StandardOpenOption.APPEND);
    }
}
