package org.weft.hub.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenizerJson;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.TinyModels;

/** llama.cpp reads a prompt as the same tokens, and goes on with the same text. */
class LlamaCppTest {
    private static final int TOKENS = 258;
    private static final int BYTES = 256;
    /** Bytes that are letters, digits and signs have the first ids. */
    private static final int PRINTABLE = 94;

    /** In deeper ones, matrices like these make all tokens alike. */
    private static final int LAYERS = 2;

    private static final int WRITTEN = 48;
    /** Of matrices: large enough that a token depends on what stands where before it. */
    private static final double LARGEST = 0.3;

    /** After a prompt that another turning of positions, or other frequencies, would make another one. */
    private static final int FEWEST = 4;

    private static final long SEED = 1;
    private static final String PROMPT = "the ships of the line, 1805";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F16 | gpt2, layers: 2",
                "F32 | gpt2, layers: 2",
                "F16 | llama, layers: 2, kv_heads: 2, rope_theta: 500000, rope_scaling: llama3, rope_factor: 8,"
                        + " rope_original_context: 64",
                "F32 | mistral, layers: 2, kv_heads: 2, tie_word_embeddings: true, head_dim: 32",
                "F16 | qwen2, layers: 2, kv_heads: 2",
                "F16 | gemma2, layers: 26, kv_heads: 2, sliding_window: 16" // it knows those of so many blocks
            })
    void writesTheSameText(GgufType type, String family) throws IOException {
        byte[] tokenizer = tokenizer();
        Checkpoint checkpoint = checkpoint(family, tokenizer);
        int layers = ReplicaLoader.configOf(checkpoint).model().layers();
        new GgufExport(store, checkpoint, notice -> {}).write("file://" + temporary.resolve("out"), type, "");
        ModelParameters parameters = new ModelParameters()
                .setModel(temporary.resolve("out/model.gguf").toString())
                .setCtxSize(256)
                .setThreads(1)
                .skipWarmup();
        // Weft's engine goes first: it brings libgomp, which llama.cpp expects of the system.
        Written ours;
        try (TextTokenizer text = TextTokenizer.of(tokenizer, "tokenizer.json")) {
            ours = written(checkpoint, text.encode(PROMPT), type);
        }
        LlamaModel.setLogger(LogFormat.TEXT, (level, message) -> {});
        try (LlamaModel theirs = new LlamaModel(parameters);
                TextTokenizer text = TextTokenizer.of(tokenizer, "tokenizer.json")) {
            assertThat(theirs.encode(PROMPT)).isEqualTo(text.encode(PROMPT));
            InferenceParameters asked = new InferenceParameters(PROMPT)
                    .setNPredict(WRITTEN)
                    .setTemperature(0)
                    .setTopK(1)
                    .setRepeatPenalty(1);
            if (layers == LAYERS) {
                assertThat(Arrays.stream(ours.ids()).distinct().count())
                        .as("a text that repeats itself would be the same of many models")
                        .isGreaterThanOrEqualTo(10);
            }
            assertThat(ours.certain().length).isGreaterThanOrEqualTo(FEWEST);
            assertThat(theirs.complete(asked)).startsWith(text.decode(ours.certain()));
        }
    }

    /**
     * @param certain those before the first that is ahead of another by no more than llama.cpp's rounding may make up for: it keeps keys, values and
     *     what it multiplies matrices of float16 by in float16, in the order of the processor at hand
     */
    private record Written(int[] ids, int[] certain) {}

    private static Written written(int[] ids, double[] leads, double narrow) {
        int certain = 0;
        while (certain < ids.length && leads[certain] > narrow) {
            certain++;
        }
        return new Written(ids, Arrays.copyOf(ids, certain));
    }

    private Written written(Checkpoint checkpoint, int[] prompt, GgufType type) throws IOException {
        int[] written = new int[WRITTEN];
        double[] leads = new double[WRITTEN];
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                Decoder decoder = replica.decoder(1)) {
            float[] logits = decoder.begin(0, prompt);
            for (int i = 0; i < WRITTEN; i++) {
                for (int id = 1; id < logits.length; id++) {
                    written[i] = logits[id] > logits[written[i]] ? id : written[i];
                }
                float[] sorted = logits.clone();
                Arrays.sort(sorted);
                leads[i] = sorted[sorted.length - 1] - sorted[sorted.length - 2];
                logits = decoder.append(new int[] {0}, new int[] {written[i]})[0];
            }
        }
        return written(written, leads, type == GgufType.F32 ? 1e-4 : 0.01);
    }

    private Checkpoint checkpoint(String family, byte[] tokenizer) throws IOException {
        String run = "file://" + temporary.resolve("run");
        WeftConfig config = TinyModels.config(
                run, "{width: 64, heads: 4, mlp_width: 96, context: 256, architecture: " + family + "}");
        ParameterLayout layout = new ModelShape(config.model(), TOKENS).layout();
        store.write(config.run().directory().tokenizer(), tokenizer);
        return InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(TOKENS, Sha256.hex(tokenizer))),
                (offset, length, sink) -> fill(layout, config.model().layers() == LAYERS, offset, length, sink));
    }

    /** Numbers that float16 holds; what no printable letter is gets logits of nothing, so that texts are texts. */
    private static void fill(
            ParameterLayout layout, boolean shallow, long offset, long length, CheckpointReader.Sink sink)
            throws IOException {
        TinyModels.fill(layout, offset, length, (at, bytes) -> {
            if (shallow) {
                spread(layout, at, bytes);
            }
            silence(layout, at, bytes);
            ByteBuffer narrow = ByteBuffer.allocate(bytes.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
            FloatFormat.F16.encode(bytes, narrow);
            FloatFormat.F16.decode(narrow.flip(), bytes.clear());
            sink.accept(at, bytes.flip());
        });
    }

    /** Matrices of numbers that have nothing to do with each other. */
    private static void spread(ParameterLayout layout, long at, ByteBuffer bytes) {
        for (Parameter matrix : layout.parameters()) {
            long end = Math.min(matrix.end(), at + bytes.remaining() / Float.BYTES);
            for (long i = Math.max(matrix.offset(), at);
                    i < end && matrix.shape().size() == 2;
                    i++) {
                double number = new SplittableRandom(SEED + i * 31).nextDouble(-LARGEST, LARGEST);
                bytes.putFloat(bytes.position() + (int) (i - at) * Float.BYTES, (float) number);
            }
        }
    }

    private static void silence(ParameterLayout layout, long at, ByteBuffer bytes) {
        for (Parameter table : layout.parameters()) {
            int width = (int) (table.size() / TOKENS);
            for (int i = 0; table.shape().get(0) == TOKENS && i < bytes.remaining() / Float.BYTES; i++) {
                long row = (at + i - table.offset()) / width;
                boolean within = at + i >= table.offset() && at + i < table.end();
                if (within && (row == TOKENS - 1 || row >= PRINTABLE && row < BYTES)) {
                    bytes.putFloat(bytes.position() + i * Float.BYTES, 0);
                }
            }
        }
    }

    private static byte[] tokenizer() {
        ByteAlphabet bytes = new ByteAlphabet();
        List<String> tokens = new ArrayList<>(bytes.spellings());
        int[] th = bytes.ids("th".getBytes(StandardCharsets.UTF_8));
        tokens.add(bytes.spell("th".getBytes(StandardCharsets.UTF_8)));
        return TokenizerJson.of(new BpeModel(tokens, List.of(new Merge(th[0], th[1]))));
    }
}
