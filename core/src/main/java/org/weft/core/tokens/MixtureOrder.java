package org.weft.core.tokens;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.weft.core.Sha256;
import org.weft.core.SplitMix64;

/**
 * The order in which training sees the samples of several sources. Whose sample stands at a position, and which of its samples
 * that is, is computed from (seed, position) alone, so that any worker finds it and a resumed run needs no state:
 *
 * <pre>
 *   position   0    1    2    3    4    5    6    7    8    9        weights 0.5, 0.3, 0.2
 *   source     web  code web  text web  code web  code web  text
 *   of its     0    0    1    0    2    1    3    2    4    1        in the permutation of the source's epoch
 * </pre>
 *
 * A list of stages says from which position on which weights hold ({@link WeightedTurns}); a source goes on where the stage before
 * left it. One of which as many samples were drawn as it may give has no weight any more, and the others keep theirs: that, too,
 * is a stage, whose beginning is known before the run. Within a source samples come as {@link SampleOrder} has them, an
 * epoch after the other. One source alone is that order.
 */
public final class MixtureOrder {
    /** A source that may be drawn from without end. */
    public static final long NO_LIMIT = Long.MAX_VALUE;

    /**
     * What is drawn from.
     *
     * @param name what its order is a function of, beside the seed: not of its place in the list
     * @param samples that it has
     * @param limit samples that are drawn of it at most, all epochs together; {@link #NO_LIMIT} for no such bound
     */
    public record Source(String name, long samples, long limit) {}

    /**
     * Weights that hold from a position on.
     *
     * @param weights of the sources, in their order; 0 for one that has no part in it
     */
    public record Stage(long from, List<Double> weights) {
        public Stage {
            weights = List.copyOf(weights);
        }
    }

    /** A sample of a source, by the source's place in the list. */
    public record Draw(int source, long sample) {}

    /** @param drawn of each source before it begins */
    private record Begun(long from, WeightedTurns turns, long[] drawn) {}

    private final List<Source> sources;
    private final List<SampleOrder> orders;
    private final List<Begun> stages = new ArrayList<>();
    private final long end;

    /**
     * @param stages by position; the first from 0
     * @throws IllegalArgumentException where a stage has no weight
     */
    public MixtureOrder(long seed, List<Source> sources, List<Stage> stages) {
        this.sources = List.copyOf(sources);
        this.orders = sources.stream()
                .map(source -> new SampleOrder(sources.size() == 1 ? seed : seed(seed, source), source.samples()))
                .toList();
        if (stages.isEmpty() || stages.get(0).from() != 0) {
            throw new IllegalArgumentException("the first stage must begin at position 0: " + stages);
        }
        long over = NO_LIMIT;
        for (int i = 0; i < stages.size() && over == NO_LIMIT; i++) {
            long next = i + 1 < stages.size() ? stages.get(i + 1).from() : NO_LIMIT;
            over = begin(stages.get(i), next);
        }
        this.end = over;
    }

    private static long seed(long seed, Source source) {
        long name = Long.parseUnsignedLong(
                Sha256.hex(source.name().getBytes(StandardCharsets.UTF_8)).substring(0, 16), 16);
        return SplitMix64.start(seed, name);
    }

    /** Adds a stage, cut where sources come to their limits; returns where nothing is left to draw, or {@link #NO_LIMIT}. */
    private long begin(Stage stage, long next) {
        List<Double> weights = new ArrayList<>(stage.weights());
        long from = stage.from();
        while (from < next) {
            long[] drawn = drawnBefore(from);
            for (int source = 0; source < drawn.length; source++) {
                if (drawn[source] >= sources.get(source).limit()) {
                    weights.set(source, 0.0);
                }
            }
            if (Collections.max(weights) <= 0 && Collections.max(stage.weights()) > 0) {
                return from;
            }
            WeightedTurns turns = WeightedTurns.of(weights);
            stages.add(new Begun(from, turns, drawn));
            long limit = NO_LIMIT;
            for (int source = 0; source < drawn.length; source++) {
                long left = sources.get(source).limit() - drawn[source];
                if (turns.has(source) && sources.get(source).limit() != NO_LIMIT) {
                    limit = Math.min(limit, from + turns.turnAfter(source, left - 1) + 1);
                }
            }
            from = limit;
        }
        return NO_LIMIT;
    }

    private long[] drawnBefore(long position) {
        long[] drawn = new long[sources.size()];
        for (int source = 0; source < drawn.length && !stages.isEmpty(); source++) {
            drawn[source] = drawn(source, position);
        }
        return drawn;
    }

    /** The first position at which no source may be drawn from any more; {@link #NO_LIMIT} for none. */
    public long end() {
        return end;
    }

    /** What stands at a position before the {@link #end}. */
    public Draw at(long position) {
        Begun stage = stageOf(position);
        int source = stage.turns.source(position - stage.from);
        long index = stage.drawn[source] + stage.turns.before(position - stage.from);
        return new Draw(source, orders.get(source).sample(index));
    }

    /** Whose sample stands at a position. */
    public int source(long position) {
        Begun stage = stageOf(position);
        return stage.turns.source(position - stage.from);
    }

    /** Samples of a source at the first {@code positions} positions. */
    public long drawn(int source, long positions) {
        if (positions == 0) {
            return 0;
        }
        Begun stage = stageOf(positions - 1);
        return stage.drawn[source] + stage.turns.turns(source, positions - stage.from);
    }

    private Begun stageOf(long position) {
        if (position < 0) {
            throw new IndexOutOfBoundsException("position=" + position);
        }
        int stage = stages.size() - 1;
        while (stages.get(stage).from > position) {
            stage--;
        }
        return stages.get(stage);
    }
}
