package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.scores.LanguageScores;

/** How well a language model foretells texts, from the sums of each. */
public final class LanguagePredictions implements Predictions {
    /** By how many nats a token's float32 logarithm may miss 0. */
    private static final double ROUNDING = 1e-4;

    private final double[] losses; // (N)
    private final long[] tokens; // (N)
    private final long[] bytes; // (N)

    /**
     * A text as it leaves an executor.
     *
     * @param negativeLogLikelihood the sum over its predicted tokens, nats
     * @param tokens that were predicted
     * @param bytes of the predicted tokens' text in UTF-8; 0 where that is not known
     */
    public record Row(double negativeLogLikelihood, long tokens, long bytes) implements Predictions.Row {}

    private LanguagePredictions(double[] losses, long[] tokens, long[] bytes) {
        this.losses = losses;
        this.tokens = tokens;
        this.bytes = bytes;
    }

    /** @throws WeftException where a likelihood is not finite or above 1, or a count negative */
    public static LanguagePredictions of(List<Row> rows) {
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double loss = row.negativeLogLikelihood();
            boolean likely = Double.isFinite(loss) && loss >= -ROUNDING * row.tokens();
            Rows.check(likely, "negative log-likelihood " + loss, i);
            Rows.check(row.tokens() >= 0 && row.bytes() >= 0, row.tokens() + " tokens, " + row.bytes() + " bytes", i);
        }
        return new LanguagePredictions(
                rows.stream()
                        .mapToDouble(row -> Math.max(0, row.negativeLogLikelihood()))
                        .toArray(),
                rows.stream().mapToLong(Row::tokens).toArray(),
                rows.stream().mapToLong(Row::bytes).toArray());
    }

    @Override
    public String task() {
        return "language_modeling";
    }

    @Override
    public int rows() {
        return losses.length;
    }

    @Override
    public Row row(int row) {
        return new Row(losses[row], tokens[row], bytes[row]);
    }

    /** Nats a token, its exponential, bits a byte; each over the sums, NaN where there are no tokens or no bytes. */
    @Override
    public Map<String, Double> metrics() {
        double sum = Arrays.stream(losses).sum();
        double allTokens = Arrays.stream(tokens).sum();
        double allBytes = Arrays.stream(bytes).sum();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", allTokens == 0 ? Double.NaN : sum / allTokens);
        metrics.put("perplexity", LanguageScores.perplexity(metrics.get("loss")));
        metrics.put("bits_per_byte", allBytes == 0 ? Double.NaN : LanguageScores.bits(sum) / allBytes);
        return metrics;
    }

    @Override
    public LanguagePredictions select(int[] rows) {
        return new LanguagePredictions(
                Rows.select(losses, 1, rows),
                Arrays.stream(rows).mapToLong(row -> tokens[row]).toArray(),
                Arrays.stream(rows).mapToLong(row -> bytes[row]).toArray());
    }

    /** Nats a token; 0 where there are none. */
    @Override
    public double error(int row) {
        return tokens[row] == 0 ? 0 : losses[row] / tokens[row];
    }

    @Override
    public String expected(int row) {
        return String.format(Locale.ROOT, "%,d tokens", tokens[row]);
    }

    @Override
    public String predicted(int row) {
        return String.format(Locale.ROOT, "%.3f nats a token", error(row));
    }
}
