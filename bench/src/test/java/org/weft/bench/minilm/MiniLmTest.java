package org.weft.bench.minilm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.tokens.SpecialTokens;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.TorchReplica;
import org.weft.trainer.local.SampleCorpus;

/**
 * A trained BERT encoder in Weft's engine: all-MiniLM-L6-v2 gives the token embeddings that ONNX Runtime computes from the
 * same file, for 200 dictionary entries.
 */
class MiniLmTest {
    private static final int SENTENCES = 200;
    private static final int LONGEST = 128;
    private static final String SHAPE =
            "model: {architecture: bert, layers: 6, width: 384, heads: 12, mlp_width: 1536, context: 512}";

    @TempDir
    Path temporary;

    @Test
    void tokenEmbeddingsAreThoseOfOnnxRuntime() throws IOException, OrtException {
        byte[] model = resource("/all-minilm-l6-v2.onnx");
        byte[] tokenizerJson = resource("/all-minilm-l6-v2-tokenizer.json");
        ModelShape shape = new ModelShape(
                ConfigLoader.load("test", SHAPE, List.of("run.dir=unused")).model(), 30_522);
        double largest = 0;
        double smallestCosine = 1;
        int tokensSeen = 0;
        try (ModelReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1));
                TextTokenizer tokenizer = TextTokenizer.of(tokenizerJson, "all-minilm-l6-v2");
                OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession session = environment.createSession(model)) {
            load(OnnxWeights.read(model), shape, replica);
            SpecialTokens special = SpecialTokens.of(tokenizerJson);
            for (String sentence : sentences()) {
                int[] tokens = framed(tokenizer.encode(sentence), special);
                float[][] ours = replica.hiddenStates(tokens); // (T, D)
                float[][] theirs = onnx(environment, session, tokens); // (T, D)
                for (int t = 0; t < tokens.length; t++) {
                    largest = Math.max(largest, largestDifference(ours[t], theirs[t]));
                    smallestCosine = Math.min(smallestCosine, cosine(ours[t], theirs[t]));
                }
                tokensSeen += tokens.length;
            }
        }
        System.out.printf(
                "MiniLM: %d sentences, %d tokens: largest absolute difference %.2e, smallest cosine %.8f%n",
                SENTENCES, tokensSeen, largest, smallestCosine);
        assertThat(largest).isLessThanOrEqualTo(1e-4);
        assertThat(smallestCosine).isGreaterThanOrEqualTo(0.99999);
    }

    /** The encoder from the file; the masked-language head, which it has not, at its first values. */
    private static void load(Map<String, OnnxWeights.Weight> weights, ModelShape shape, ModelReplica replica) {
        int size = (int) shape.layout().size();
        FloatBuffer parameters = replica.parameters(0, size).asFloatBuffer();
        Initialization.fill(shape.layout(), 1, 0, parameters);
        for (Parameter parameter : shape.layout().parameters()) {
            if (parameter.name().startsWith("bert.")) {
                OnnxWeights.Weight weight = weights.get(parameter.name().substring("bert.".length()));
                assertThat(weight).as(parameter.name()).isNotNull();
                assertThat(weight.shape()).as(parameter.name()).isEqualTo(parameter.shape());
                parameters.put((int) parameter.offset(), weight.values(), 0, (int) parameter.size());
            }
        }
        replica.parametersWritten(0, size);
    }

    private List<String> sentences() throws IOException {
        Path file = temporary.resolve("glosses.txt");
        int documents = new SampleCorpus().writeTo(file).documents();
        List<String> lines = Files.readAllLines(file);
        return IntStream.range(0, SENTENCES)
                .mapToObj(i -> lines.get((int) ((long) i * documents / SENTENCES)))
                .toList();
    }

    private static int[] framed(int[] words, SpecialTokens special) {
        int[] kept = Arrays.copyOf(words, Math.min(words.length, LONGEST - 2));
        int[] tokens = new int[kept.length + 2];
        tokens[0] = special.cls();
        System.arraycopy(kept, 0, tokens, 1, kept.length);
        tokens[kept.length + 1] = special.sep();
        return tokens;
    }

    private static float[][] onnx(OrtEnvironment environment, OrtSession session, int[] tokens) throws OrtException {
        long[][] ids = {Arrays.stream(tokens).asLongStream().toArray()}; // (1, T)
        long[][] ones = {new long[tokens.length]};
        Arrays.fill(ones[0], 1);
        long[][] zeros = {new long[tokens.length]};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, ids);
                OnnxTensor mask = OnnxTensor.createTensor(environment, ones);
                OnnxTensor types = OnnxTensor.createTensor(environment, zeros);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
            return ((float[][][]) result.get("output_0").orElseThrow().getValue())[0];
        }
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return product / Math.sqrt(aa * bb);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = MiniLmTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
