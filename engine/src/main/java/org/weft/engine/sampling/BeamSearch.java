package org.weft.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.Decoder;

/**
 * The likeliest continuation of a prompt, by beam search as Hugging Face's {@code generate} has it: of all continuations of
 * the texts at hand by one token the K likeliest that do not end go on; those that end, and are among the K likeliest of
 * all, are whole and kept, the best K of them. A beam is a row of the decoder, whose cache follows it:
 *
 * <pre>
 *   row 0   the          the cat       the cat sat
 *   row 1        a    x  the dog    x  a bird flew      x rows take over what others hold
 *   row 2        one     a bird        the cat end      whole: it gives its row away
 * </pre>
 *
 * <p>K beams, V vocabulary. With as many beams as there are texts it finds the best of them. Continuations of equal
 * probability are ordered by their beam, then by their token. Belongs to the decoder's thread.
 */
final class BeamSearch {
    /** What is less likely is a token that must not be chosen. */
    private static final double IMPOSSIBLE = -1e30;

    /** The likeliest first. */
    private static final Comparator<Continuation> LIKELIEST = Comparator.comparingDouble(Continuation::logProbability)
            .reversed()
            .thenComparingInt(Continuation::beam)
            .thenComparingInt(Continuation::token);

    private final BeamOptions options;
    private final int maxNewTokens;
    private final int context;
    private final TextTokens tokens;
    private final Decoder decoder;

    /** @param decoder of a row for each beam */
    BeamSearch(GenerationOptions options, int context, TextTokens tokens, Decoder decoder) {
        this.options = options.beams();
        this.maxNewTokens = options.maxNewTokens();
        this.context = context;
        this.tokens = tokens;
        this.decoder = decoder;
    }

    /** A text that grows: its new tokens, and the sum of their log-probabilities. */
    private record Beam(int[] text, double logProbability) {}

    /** A beam and the token that might follow it, with the log-probability of both. */
    private record Continuation(int beam, int token, double logProbability) {}

    /** A text that is whole. */
    private record Whole(GeneratedText text, double score) {}

    /** What follows a prompt of at least one token. */
    GeneratedText following(int[] prompt) {
        List<Beam> beams = List.of(new Beam(new int[0], 0));
        List<Whole> whole = new ArrayList<>();
        for (int length = 1; length <= maxNewTokens; length++) {
            float[][] logits = length == 1
                    ? new float[][] {decoder.begin(0, window(prompt, new int[0]))}
                    : next(prompt, beams); // (beams, V)
            List<Continuation> likeliest = likeliest(beams, logits);
            List<Continuation> growing = new ArrayList<>();
            for (int rank = 0; rank < likeliest.size(); rank++) {
                Continuation each = likeliest.get(rank);
                boolean ends = tokens.end(each.token());
                if (!ends && length < maxNewTokens) {
                    growing.add(each);
                } else if (rank < options.beams()) {
                    whole.add(whole(beams.get(each.beam()).text(), each, ends));
                }
            }
            whole.sort(Comparator.comparingDouble(Whole::score).reversed()); // stable: of equals the first found
            whole = new ArrayList<>(whole.subList(0, Math.min(options.beams(), whole.size())));
            growing = growing.subList(0, Math.min(options.beams(), growing.size()));
            if (growing.isEmpty() || over(whole, growing.get(0).logProbability(), length)) {
                break;
            }
            beams = follow(beams, growing);
        }
        return whole.isEmpty()
                ? new GeneratedText(new int[0], FinishReason.LENGTH)
                : whole.get(0).text();
    }

    private Whole whole(int[] text, Continuation last, boolean ends) {
        GeneratedText generated = ends
                ? new GeneratedText(text, FinishReason.END_OF_TEXT)
                : new GeneratedText(with(text, last.token()), FinishReason.LENGTH);
        return new Whole(generated, options.score(last.logProbability(), text.length + 1));
    }

    /** Whether no text that grows is worth waiting for. */
    private boolean over(List<Whole> whole, double likeliest, int length) {
        if (whole.size() < options.beams()) {
            return false;
        }
        boolean mayGain = options.ending() == BeamOptions.Ending.NEVER && options.lengthPenalty() > 0;
        double best = options.score(likeliest, mayGain ? maxNewTokens : length);
        return options.ending() == BeamOptions.Ending.TRUE
                || best <= whole.get(whole.size() - 1).score();
    }

    /** As many continuations as leave a beam for each text that goes on, whatever ends; the likeliest first. */
    private List<Continuation> likeliest(List<Beam> beams, float[][] logits) {
        int kept = Math.max(2, 1 + tokens.ends().cardinality()) * options.beams();
        PriorityQueue<Continuation> queue = new PriorityQueue<>(LIKELIEST.reversed());
        for (int beam = 0; beam < beams.size(); beam++) {
            float[] row = tokens.choosable(logits[beam]); // (V)
            Softmax softmax = Softmax.of(row);
            for (int token = 0; token < row.length; token++) {
                double sum = beams.get(beam).logProbability() + softmax.logProbability(row[token]);
                if (sum > IMPOSSIBLE
                        && (queue.size() < kept || sum > queue.peek().logProbability())) {
                    queue.add(new Continuation(beam, token, sum));
                    if (queue.size() > kept) {
                        queue.poll();
                    }
                }
            }
        }
        return queue.stream().sorted(LIKELIEST).toList();
    }

    /** The beams of the next token, whose rows hold what theirs held. */
    private List<Beam> follow(List<Beam> beams, List<Continuation> growing) {
        decoder.reorder(growing.stream().mapToInt(Continuation::beam).toArray());
        return growing.stream()
                .map(each -> new Beam(with(beams.get(each.beam()).text(), each.token()), each.logProbability()))
                .toList();
    }

    /** Logits of the token that follows each beam. (beams, V) */
    private float[][] next(int[] prompt, List<Beam> beams) {
        if (decoder.length(0) < context) {
            return decoder.append(
                    IntStream.range(0, beams.size()).toArray(),
                    beams.stream()
                            .mapToInt(beam -> beam.text()[beam.text().length - 1])
                            .toArray());
        }
        return IntStream.range(0, beams.size())
                .mapToObj(
                        row -> decoder.begin(row, window(prompt, beams.get(row).text())))
                .toArray(float[][]::new);
    }

    /** The last tokens of prompt and text, as many as the model sees. */
    private int[] window(int[] prompt, int[] text) {
        int[] all = Arrays.copyOf(prompt, prompt.length + text.length);
        System.arraycopy(text, 0, all, prompt.length, text.length);
        return Arrays.copyOfRange(all, Math.max(0, all.length - context), all.length);
    }

    private static int[] with(int[] text, int token) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = token;
        return longer;
    }
}
