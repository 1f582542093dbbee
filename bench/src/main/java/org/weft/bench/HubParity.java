package org.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.batches.Targets;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.model.Family;
import org.weft.core.model.HubTable;
import org.weft.core.model.T5Family;
import org.weft.core.params.Parameter;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TextTokens;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;
import org.weft.engine.RecomputingDecoder;
import org.weft.engine.sampling.BeamOptions;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.HuggingFaceModel;

/**
 * Takes models of Hugging Face's library through everything that Weft does with them, and writes down what came out:
 * logits, the first step's gradient, ten losses, text with and without kept keys and values, an export, and the hash of the
 * parameters before and after. {@code bench/hub_families.sh} compares that with what {@code bench/peers/hub_families.py}
 * gets of the same models.
 *
 * <p>Usage: {@code HubParity DIR…}, each with {@code model/}, {@code run.json} and {@code batches.i32}.
 */
public final class HubParity {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PROMPT = 6;
    private static final int END = 1;
    private static final int BEAMS = 3;
    private static final int NEW_TOKENS = 24;

    private HubParity() {}

    public static void main(String[] args) throws IOException {
        for (String directory : args) {
            judge(Path.of(directory).toAbsolutePath());
        }
    }

    private static void judge(Path directory) throws IOException {
        Store store = HadoopStore.local();
        String home = "file://" + directory;
        JsonNode run = JSON.readTree(directory.resolve("run.json").toFile());
        Checkpoint imported = imported(store, home + "/model", home + "/run");
        String again = roundTrip(store, imported, home);
        ObjectNode facts = JSON.createObjectNode();
        facts.put("params_sha256", imported.manifest().paramsSha256()).put("again", again);
        facts.set("training", ConfigLoader.toTree(config(run)).path("training"));
        try (ModelReplica replica = ReplicaLoader.open(store, imported)) {
            describe(replica, ReplicaLoader.configOf(imported).model(), facts.putArray("parameters"));
            List<Batch> batches = batches(directory, run);
            writeLogits(directory, batches.get(0), replica);
            if (replica.encodesSource()) {
                search(batches.get(0), run.path("context").asInt(), replica, facts.putArray("searched"));
            }
            if (!masked(run)) {
                int tokens = run.path("context").asInt() - PROMPT;
                text(batches.get(0), tokens, replica, facts);
            }
            new TenSteps(config(run).training(), replica, 42).run(directory, batches::get);
        }
        JSON.writeValue(directory.resolve("facts.json").toFile(), facts);
    }

    private static Checkpoint imported(Store store, String from, String to) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, from)) {
            return model.writeTo(to);
        }
    }

    /** The hash of what was exported and imported once more. */
    private static String roundTrip(Store store, Checkpoint checkpoint, String home) throws IOException {
        new HuggingFaceExport(store, checkpoint, notice -> {})
                .write(home + "/exported", new HuggingFaceExport.Options(FloatFormat.F32, Long.MAX_VALUE, ""));
        return imported(store, home + "/exported", home + "/again").manifest().paramsSha256();
    }

    private static void describe(ModelReplica replica, ModelConfig model, ArrayNode parameters) {
        HubTable hub = Family.of(model).hub();
        for (Parameter parameter : replica.layout().parameters()) {
            ObjectNode entry = parameters.addObject();
            entry.put("name", hub.toForeign(parameter.name()))
                    .put("offset", parameter.offset())
                    .put("decay", parameter.decay());
            parameter.shape().forEach(entry.withArray("shape")::add);
        }
    }

    private static WeftConfig config(JsonNode run) {
        String yaml = "run: {dir: unused}\ntraining: " + run.path("training");
        return ConfigLoader.load("run.json", yaml, List.of());
    }

    /** Whether tokens are predicted that a mask hides, and not those that follow. */
    private static boolean masked(JsonNode run) {
        return run.path("masked").asBoolean();
    }

    /**
     * Steps of B sequences of T + 1 tokens; of a masked model's of T, and of what is to be predicted at each of them. With lengths
     * of sources these are read, and what stands after the longest written.
     */
    private static List<Batch> batches(Path directory, JsonNode run) throws IOException {
        int sequences = run.path("sequences").asInt();
        int context = run.path("context").asInt();
        int size = sequences * (masked(run) ? 2 * context : context + 1);
        int[] all = new int[TenSteps.STEPS * size];
        ByteBuffer.wrap(Files.readAllBytes(directory.resolve("batches.i32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(all);
        int[] sources = JSON.convertValue(run.path("sources"), int[].class);
        return IntStream.range(0, TenSteps.STEPS)
                .mapToObj(step -> Arrays.copyOfRange(all, step * size, (step + 1) * size))
                .map(step -> masked(run)
                        ? masked(sequences, context, step)
                        : sources == null ? Batch.causal(sequences, context, step) : beside(sources, context + 1, step))
                .toList();
    }

    /** @param sources (B), tokens of each that are read */
    private static Batch beside(int[] sources, int row, int[] tokens) {
        int longest = IntStream.of(sources).max().orElseThrow();
        List<Example> examples = new ArrayList<>();
        for (int b = 0; b < sources.length; b++) {
            int[] source = Arrays.copyOfRange(tokens, b * row, b * row + sources[b]);
            int[] answer = Arrays.copyOfRange(tokens, b * row + longest, (b + 1) * row);
            examples.add(Example.answered(source, T5Family.DECODER_START, answer));
        }
        return PaddedBatch.of(examples, true);
    }

    private static Batch masked(int sequences, int context, int[] step) {
        int rows = sequences * context;
        int[] lengths = new int[sequences];
        Arrays.fill(lengths, context);
        Targets targets = new Targets.Tokens(Arrays.copyOfRange(step, rows, 2 * rows));
        return new Batch(sequences, context, Arrays.copyOf(step, rows), lengths, targets);
    }

    /** (B, T, V) */
    private static void writeLogits(Path directory, Batch batch, ModelReplica replica) throws IOException {
        if (replica.encodesSource()) {
            TenSteps.write(directory.resolve("logits.f32"), answered(batch, replica));
            return;
        }
        int context = batch.context();
        int[] positions = IntStream.range(0, context).toArray();
        float[][][] logits = new float[batch.sequences()][][];
        for (int i = 0; i < logits.length; i++) {
            int[] tokens = Arrays.copyOfRange(batch.inputs(), i * context, (i + 1) * context);
            logits[i] = replica.logits(tokens, positions); // (T, V)
        }
        int vocabulary = logits[0][0].length;
        float[] flat = new float[logits.length * context * vocabulary];
        for (int i = 0; i < logits.length * context; i++) {
            System.arraycopy(logits[i / context][i % context], 0, flat, i * vocabulary, vocabulary);
        }
        TenSteps.write(directory.resolve("logits.f32"), flat);
    }

    /** Of what is written, each token from those before it. (B, T, V) in one row */
    private static float[] answered(Batch batch, ModelReplica replica) {
        List<float[]> all = new ArrayList<>();
        for (int b = 0; b < batch.sequences(); b++) {
            int from = b * batch.context();
            int second = from + batch.seconds()[b];
            int end = from + batch.lengths()[b];
            int[] source = Arrays.copyOfRange(batch.inputs(), from, second);
            for (int length = 0; length < end - second; length++) {
                int[] written = Arrays.copyOfRange(batch.inputs(), second + 1, second + 1 + length);
                all.add(replica.answerLogits(source, written));
            }
        }
        float[] flat = new float[all.size() * all.get(0).length];
        for (int i = 0; i < all.size(); i++) {
            System.arraycopy(all.get(i), 0, flat, i * all.get(i).length, all.get(i).length);
        }
        return flat;
    }

    /** What greedy choice and then beam search say to each source, with kept keys and values and without. */
    private static void search(Batch batch, int context, ModelReplica replica, ArrayNode said) {
        List<int[]> sources = IntStream.range(0, batch.sequences())
                .mapToObj(b -> Arrays.copyOfRange(
                        batch.inputs(), b * batch.context(), b * batch.context() + batch.seconds()[b]))
                .toList();
        TokenGenerator generator = new TokenGenerator(replica, context, TextTokens.endedBy(END));
        for (BeamOptions beams : List.of(BeamOptions.NONE, new BeamOptions(BEAMS, 1, BeamOptions.Ending.FALSE))) {
            for (boolean cached : new boolean[] {true, false}) {
                ArrayNode texts = said.addArray();
                generator
                        .generate(
                                sources,
                                new GenerationOptions(SamplingOptions.greedy(), beams, NEW_TOKENS, 3, cached),
                                GenerationListener.NONE)
                        .forEach(text -> texts.add(JSON.valueToTree(text.tokens())));
            }
        }
    }

    /** The most probable tokens after two prompts of two lengths, and how far the two decoders are apart. */
    private static void text(Batch batch, int tokens, ModelReplica replica, ObjectNode facts) {
        try (Decoder cached = replica.decoder(2);
                Decoder plain = new RecomputingDecoder(replica, 2)) {
            double apart = 0;
            int[] last = new int[2];
            for (int row = 0; row < 2; row++) {
                int[] prompt = Arrays.copyOf(batch.inputs(), PROMPT - 3 * row);
                float[] logits = cached.begin(row, prompt);
                apart = Math.max(apart, difference(logits, plain.begin(row, prompt)));
                last[row] = largest(logits);
            }
            ArrayNode said = facts.putArray("text");
            for (int step = 0; step < tokens; step++) {
                said.add(last[0]);
                float[][] logits = cached.append(new int[] {0, 1}, last);
                float[][] expected = plain.append(new int[] {0, 1}, last);
                for (int row = 0; row < 2; row++) {
                    apart = Math.max(apart, difference(logits[row], expected[row]));
                    last[row] = largest(logits[row]);
                }
            }
            facts.put("decoders_apart", apart);
        }
    }

    private static double difference(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElse(0);
    }

    private static int largest(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }
}
