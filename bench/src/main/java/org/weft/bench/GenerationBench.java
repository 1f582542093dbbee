package org.weft.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.sampling.GeneratedText;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;
import org.weft.engine.torch.NativeRuntime;
import org.weft.engine.torch.TorchReplica;

/**
 * Greedy text of 512 tokens with and without kept keys and values, alternating; then 100 prompts side by side against each
 * alone. The model of the compare configuration with a context of 528, at its first parameters; one thread.
 *
 * <p>Arguments: rounds (3), prompts (100), and tokens in place of 512.
 */
public final class GenerationBench {
    private static final int NEW_TOKENS = 512;
    private static final int PROMPT = 16;
    private static final int VOCABULARY = 8192;
    private static final int BATCH_TOKENS = 64;

    private GenerationBench() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int prompts = args.length > 1 ? Integer.parseInt(args[1]) : 100;
        int newTokens = args.length > 2 ? Integer.parseInt(args[2]) : NEW_TOKENS;
        NativeRuntime.load();
        ModelShape shape = new ModelShape(ModelConfig.gpt2(6, 384, 6, PROMPT + newTokens, 0), VOCABULARY);
        try (TorchReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1))) {
            int size = (int) shape.layout().size();
            Initialization.fill(
                    shape.layout(), 1, 0, replica.parameters(0, size).asFloatBuffer());
            replica.parametersWritten(0, size);
            TokenGenerator generator =
                    new TokenGenerator(replica, shape.config().context(), TextTokens.endless());
            caching(generator, rounds, newTokens);
            batching(generator, prompts, Math.min(BATCH_TOKENS, newTokens));
        }
    }

    private static void caching(TokenGenerator generator, int rounds, int newTokens) {
        List<int[]> prompt = List.of(prompt(0));
        double[] ratios = new double[rounds];
        double[] cached = new double[rounds];
        boolean same = true;
        for (int round = 0; round < rounds; round++) {
            Timed with = generate(generator, prompt, newTokens, 1, true);
            Timed without = generate(generator, prompt, newTokens, 1, false);
            ratios[round] = without.seconds / with.seconds;
            cached[round] = newTokens / with.seconds;
            same &= Arrays.equals(
                    with.texts.get(0).tokens(), without.texts.get(0).tokens());
        }
        System.out.printf(
                Locale.ROOT,
                "%d tokens: %.0f tokens/s with the cache, %.1f times as fast as without; same tokens: %b%n",
                newTokens,
                median(cached),
                median(ratios),
                same);
    }

    private static void batching(TokenGenerator generator, int count, int newTokens) {
        List<int[]> prompts =
                IntStream.range(0, count).mapToObj(GenerationBench::prompt).toList();
        Timed together = generate(generator, prompts, newTokens, count, true);
        double alone = 0;
        int different = 0;
        for (int i = 0; i < count; i++) {
            Timed single = generate(generator, List.of(prompts.get(i)), newTokens, 1, true);
            alone += single.seconds;
            different += Arrays.equals(
                            single.texts.get(0).tokens(), together.texts.get(i).tokens())
                    ? 0
                    : 1;
        }
        System.out.printf(
                Locale.ROOT,
                "%d prompts of %d new tokens: %.0f tokens/s together, %.1f times as fast as one after the other; texts that"
                        + " differ: %d%n",
                count,
                newTokens,
                (double) count * newTokens / together.seconds,
                alone / together.seconds,
                different);
    }

    private record Timed(List<GeneratedText> texts, double seconds) {}

    private static Timed generate(
            TokenGenerator generator, List<int[]> prompts, int newTokens, int rows, boolean cached) {
        long start = System.nanoTime();
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), newTokens, rows, cached);
        List<GeneratedText> texts = generator.generate(prompts, options, GenerationListener.NONE);
        return new Timed(texts, (System.nanoTime() - start) * 1e-9);
    }

    private static int[] prompt(int index) {
        return new Random(index).ints(1 + index % PROMPT, 0, VOCABULARY).toArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
