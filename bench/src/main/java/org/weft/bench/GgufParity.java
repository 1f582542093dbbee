package org.weft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
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
import org.weft.hub.gguf.GgufExport;
import org.weft.hub.gguf.GgufType;

/**
 * Tiny random models of each family that goes out as GGUF, whose numbers float16 holds, exported in each type, with the text that
 * Weft writes of a prompt and how far the first choice was from the second at each token. {@code bench/gguf.sh} has llama.cpp write
 * the same.
 *
 * <p>Usage: {@code GgufParity DIR [MODEL…]}; all of them where none is named.
 */
public final class GgufParity {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROMPT = "the ships of the line, 1805";
    private static final int NEW_TOKENS = 100;
    private static final int VOCABULARY = 260;
    /** Bytes that are letters, digits and signs have the first ids. */
    private static final int PRINTABLE = 94;

    private static final Map<String, String> MODELS = new TreeMap<>(Map.ofEntries(
            Map.entry("gpt2", "gpt2, layers: 3"),
            Map.entry("llama", "llama, layers: 3, kv_heads: 2"),
            Map.entry(
                    "llama3",
                    "llama, layers: 3, kv_heads: 2, tie_word_embeddings: true, rope_theta: 500000, rope_scaling: llama3,"
                            + " rope_factor: 8, rope_original_context: 64"),
            Map.entry("mistral", "mistral, layers: 3, kv_heads: 2, head_dim: 32"),
            Map.entry("qwen2", "qwen2, layers: 3, kv_heads: 2, rope_scaling: linear, rope_factor: 2"),
            Map.entry(
                    "qwen3",
                    "qwen3, layers: 3, kv_heads: 2, head_dim: 32, rope_scaling: yarn, rope_factor: 4, rope_original_context: 64"),
            Map.entry("smollm3", "smollm3, layers: 4, kv_heads: 2"),
            Map.entry("olmo2", "olmo2, layers: 3"),
            Map.entry("gemma2", "gemma2, layers: 4, kv_heads: 2, sliding_window: 16"),
            Map.entry("gemma3", "gemma3_text, layers: 7, kv_heads: 2, sliding_window: 16, rope_theta: 1e6"),
            Map.entry("phi3", "phi3, layers: 3, kv_heads: 2"),
            Map.entry("gpt_neox", "gpt_neox, layers: 3, tanh_gelu: true")));

    private GgufParity() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]).toAbsolutePath();
        List<String> named = List.of(args).subList(1, args.length);
        for (String model : named.isEmpty() ? MODELS.keySet() : named) {
            write(directory.resolve(model), MODELS.get(model));
        }
    }

    private static void write(Path directory, String model) throws IOException {
        Store store = HadoopStore.local();
        byte[] tokenizer = tokenizer();
        Checkpoint checkpoint = checkpoint(store, "file://" + directory.resolve("run"), model, tokenizer);
        for (GgufType type : GgufType.values()) {
            new GgufExport(store, checkpoint, System.err::println)
                    .write("file://" + directory.resolve(type.word()), type, "");
        }
        try (TextTokenizer text = TextTokenizer.of(tokenizer, "tokenizer.json");
                ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                Decoder decoder = replica.decoder(1)) {
            int[] prompt = text.encode(PROMPT);
            ObjectNode facts = JSON.createObjectNode().put("prompt", PROMPT);
            for (int id : prompt) {
                facts.withArray("prompt_ids").add(id);
            }
            float[] logits = decoder.begin(0, prompt);
            for (int i = 0; i < NEW_TOKENS; i++) {
                int next = largest(logits, -1);
                facts.withArray("tokens").add(next);
                facts.withArray("margins").add(logits[next] - logits[largest(logits, next)]);
                logits = decoder.append(new int[] {0}, new int[] {next})[0];
            }
            Files.writeString(directory.resolve("facts.json"), facts.toString());
        }
    }

    private static int largest(float[] logits, int but) {
        int best = but == 0 ? 1 : 0;
        for (int i = 0; i < logits.length; i++) {
            best = i != but && logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static Checkpoint checkpoint(Store store, String runDir, String model, byte[] tokenizer)
            throws IOException {
        WeftConfig config = ConfigLoader.load(
                "bench",
                "run: {dir: \"" + runDir
                        + "\"}\nmodel: {width: 64, heads: 4, mlp_width: 96, context: 256, architecture: " + model + "}",
                List.of());
        ParameterLayout layout = new ModelShape(config.model(), VOCABULARY).layout();
        store.write(config.run().directory().tokenizer(), tokenizer);
        return InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, Sha256.hex(tokenizer))),
                (offset, length, sink) -> fill(layout, offset, length, sink));
    }

    /** Numbers that float16 holds, each its own. */
    private static void fill(ParameterLayout layout, long offset, long length, CheckpointReader.Sink sink)
            throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Initialization.fill(layout, 7, offset, all.asFloatBuffer());
        ByteBuffer narrow = ByteBuffer.allocate((int) length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            double shaken = all.getFloat(i * Float.BYTES) + 0.1 * Math.sin(offset + i);
            all.putFloat(i * Float.BYTES, (float) shaken);
        }
        silence(layout, offset, all);
        FloatFormat.F16.encode(all, narrow);
        all.clear();
        FloatFormat.F16.decode(narrow.flip(), all);
        sink.accept(offset, all.flip());
    }

    /** What spells no printable letter gets logits of nothing: each token of a text is then one of its letters. */
    private static void silence(ParameterLayout layout, long offset, ByteBuffer numbers) {
        for (Parameter table : layout.parameters()) {
            long width = table.size() / VOCABULARY;
            for (int i = 0; table.shape().get(0) == VOCABULARY && i < numbers.capacity() / Float.BYTES; i++) {
                long at = offset + i;
                long row = at < table.offset() || at >= table.end() ? 0 : (at - table.offset()) / width;
                if (row == VOCABULARY - 1 || row >= PRINTABLE && row < ByteAlphabet.SIZE) {
                    numbers.putFloat(i * Float.BYTES, 0);
                }
            }
        }
    }

    private static byte[] tokenizer() {
        ByteAlphabet bytes = new ByteAlphabet();
        List<String> tokens = new ArrayList<>(bytes.spellings());
        List<Merge> merges = new ArrayList<>();
        int[] the = bytes.ids(" the".getBytes(StandardCharsets.UTF_8));
        String spelt = tokens.get(the[0]);
        int last = the[0];
        for (int i = 1; i < the.length; i++) {
            merges.add(new Merge(last, the[i]));
            spelt += tokens.get(the[i]);
            last = tokens.size();
            tokens.add(spelt);
        }
        return TokenizerJson.of(new BpeModel(tokens, merges));
    }
}
