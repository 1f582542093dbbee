package org.weft.core.tokens;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns of a few sources by their weights: whose turn n is, and how many it has had before, is arithmetic. Of the first n turns
 * each source has its share to within one, for every n: turn j of a source with share w stands in [(j - 1) / w, j / w), and of
 * those that are due the one whose interval ends first comes next (proportionate fairness: Baruah et al., "Proportionate
 * progress", 1996). Ties go to the source that comes first in the list.
 *
 * <p>Weights are taken as they are written, 0.1 as a tenth, and the turns repeat after the smallest period in which all shares
 * are whole. Where that is longer than {@value #LONGEST_PERIOD} turns, shares are rounded to that many parts, and none to 0.
 * Memory: 6 bytes a turn of the period.
 */
final class WeightedTurns {
    static final int LONGEST_PERIOD = 1 << 18;
    /** Sources that a table of turns can tell apart. */
    static final int MOST_SOURCES = Short.MAX_VALUE;

    private final int[] parts; // turns of each source in a period
    private final short[] turns; // whose turn it is
    private final int[] before; // how many turns that one has had in the period

    private WeightedTurns(int[] parts) {
        this.parts = parts;
        int period = IntStream.of(parts).sum();
        turns = new short[period];
        before = new int[period];
        int[] had = new int[parts.length];
        for (int turn = 0; turn < period; turn++) {
            int next = next(turn, had);
            turns[turn] = (short) next;
            before[turn] = had[next]++;
        }
    }

    /** @param weights finite, none negative, at least one positive */
    static WeightedTurns of(List<Double> weights) {
        if (weights.size() > MOST_SOURCES) {
            throw new IllegalArgumentException("sources: actual=" + weights.size() + " most=" + MOST_SOURCES);
        }
        return new WeightedTurns(parts(weights));
    }

    /** Of the sources whose next turn is due, the one whose turn must come first. */
    private int next(long turn, int[] had) {
        long period = turns.length;
        int best = -1;
        long first = Long.MAX_VALUE;
        for (int source = 0; source < parts.length; source++) {
            if (had[source] == parts[source] || had[source] * period / parts[source] > turn) {
                continue;
            }
            long end = ((had[source] + 1) * period + parts[source] - 1) / parts[source];
            if (end < first) {
                first = end;
                best = source;
            }
        }
        return best; // There is one always: more turns are due than were had.
    }

    /** Whose turn it is. */
    int source(long turn) {
        return turns[(int) (turn % turns.length)];
    }

    /** How many turns the one whose turn it is has had before. */
    long before(long turn) {
        int within = (int) (turn % turns.length);
        return turn / turns.length * parts[turns[within]] + before[within];
    }

    /** Of the first {@code count} turns those of a source. */
    long turns(int source, long count) {
        int rest = (int) (count % turns.length);
        long own = count / turns.length * parts[source];
        for (int turn = 0; turn < rest; turn++) {
            own += turns[turn] == source ? 1 : 0;
        }
        return own;
    }

    /** The number of the turn in which a source has had {@code count} before; the source has turns at all. */
    long turnAfter(int source, long count) {
        long turn = count / parts[source] * turns.length;
        int rest = (int) (count % parts[source]);
        while (turns[(int) (turn % turns.length)] != source || before[(int) (turn % turns.length)] != rest) {
            turn++;
        }
        return turn;
    }

    boolean has(int source) {
        return parts[source] > 0;
    }

    private static int[] parts(List<Double> weights) {
        List<BigDecimal> written = weights.stream().map(BigDecimal::valueOf).toList();
        int scale = written.stream().mapToInt(BigDecimal::scale).max().orElseThrow();
        List<BigInteger> whole = written.stream()
                .map(weight -> weight.setScale(Math.max(0, scale)).unscaledValue())
                .toList();
        BigInteger divisor = whole.stream().reduce(BigInteger.ZERO, BigInteger::gcd);
        if (divisor.signum() <= 0 || whole.stream().anyMatch(part -> part.signum() < 0)) {
            throw new IllegalArgumentException("weights=" + weights + " must be positive, or 0 for some");
        }
        BigInteger sum = whole.stream().reduce(BigInteger.ZERO, BigInteger::add);
        return sum.divide(divisor).compareTo(BigInteger.valueOf(LONGEST_PERIOD)) <= 0
                ? whole.stream()
                        .mapToInt(part -> part.divide(divisor).intValueExact())
                        .toArray()
                : rounded(whole, sum);
    }

    /** Shares as parts of the longest period: the largest remainders are rounded up, and what is not nothing stays something. */
    private static int[] rounded(List<BigInteger> whole, BigInteger sum) {
        BigInteger period = BigInteger.valueOf(LONGEST_PERIOD);
        int[] parts = new int[whole.size()];
        BigInteger[] rests = new BigInteger[whole.size()];
        for (int i = 0; i < parts.length; i++) {
            BigInteger[] share = whole.get(i).multiply(period).divideAndRemainder(sum);
            boolean least = share[0].signum() == 0 && whole.get(i).signum() > 0;
            parts[i] = least ? 1 : share[0].intValueExact();
            rests[i] = least ? BigInteger.ZERO : share[1];
        }
        int missing = LONGEST_PERIOD - IntStream.of(parts).sum();
        for (; missing > 0; missing--) {
            int most = IntStream.range(0, parts.length)
                    .reduce((a, b) -> rests[b].compareTo(rests[a]) > 0 ? b : a)
                    .orElseThrow();
            parts[most]++;
            rests[most] = BigInteger.ZERO;
        }
        for (; missing < 0; missing++) {
            int most = IntStream.range(0, parts.length)
                    .reduce((a, b) -> parts[b] > parts[a] ? b : a)
                    .orElseThrow();
            parts[most]--;
        }
        return parts;
    }
}
