package org.weft.hub.prune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BlockParts;
import org.weft.core.model.Family;

/**
 * Chooses what stays. Of heads and units the same number goes from each block, for a configuration has one of each; which ones is each
 * block's own. Blocks go one by one, or as many together as make a period of what distinguishes them.
 */
record PartChoice(Family family, ModelConfig model, Amounts amounts) {
    /** What of a fraction is rounding: 0.3 of 10 is 3. */
    private static final double ROUNDING = 1e-9;

    /**
     * How much is to go.
     *
     * @param heads share of each block's heads, 0 for none
     * @param units share of each perceptron's units, 0 for none
     * @param blocks how many
     */
    record Amounts(double heads, double units, int blocks) {}

    /**
     * Says what cannot be, before anything is read.
     *
     * @throws WeftException by name
     */
    void require() {
        requireShare("--heads", amounts.heads());
        requireShare("--units", amounts.units());
        int all = model.blocks();
        if (amounts.blocks() < 0 || amounts.blocks() >= all) {
            throw WeftException.usage(
                    "--blocks " + amounts.blocks() + " must leave one of the model's " + all + " blocks", "");
        }
        if (amounts.heads() == 0 && amounts.units() == 0 && amounts.blocks() == 0) {
            throw WeftException.usage("nothing is to go", "give --heads, --units or --blocks");
        }
        BlockParts parts = family.parts(model, 0);
        if (amounts.heads() > 0) {
            requireHeads(parts);
        }
        if (amounts.units() > 0) {
            requireSome("--units", amounts.units(), model.hiddenWidth(), "units of a perceptron");
        }
        if (amounts.blocks() > 0) {
            requireBlocks(parts);
        }
    }

    private static void requireShare(String option, double share) {
        if (!(share >= 0 && share < 1)) {
            throw WeftException.usage(option + " " + share + " must be at least 0 and less than 1", "");
        }
    }

    private void requireHeads(BlockParts parts) {
        if (parts.heads().isEmpty()) {
            throw WeftException.usage(
                    "--heads: " + family.name() + " cannot lose heads: " + parts.headsFixed(),
                    "leave it out: --units and --blocks make it smaller");
        }
        boolean shared = model.keyValueHeads() < model.heads();
        requireSome(
                "--heads",
                amounts.heads(),
                model.keyValueHeads(),
                shared ? "heads of keys and values, with the heads that read them" : "heads");
    }

    private static void requireSome(String option, double share, int items, String what) {
        if (going(share, items) == 0) {
            throw WeftException.usage(
                    option + " " + share + " of " + items + " " + what + " is none of them",
                    items == 1 ? "leave it out: there is one" : "give at least " + Math.ceil(1e6 / items) / 1e6);
        }
    }

    private void requireBlocks(BlockParts parts) {
        if (!parts.blockFixed().isEmpty()) {
            throw WeftException.usage(
                    "--blocks: " + family.name() + " cannot lose blocks: " + parts.blockFixed(), "leave it out");
        }
        int period = BlockKind.period(family, model);
        if (amounts.blocks() % period != 0) {
            throw WeftException.usage(
                    "--blocks " + amounts.blocks() + ": the blocks of this " + family.name()
                            + " differ, and come again after " + period
                            + ": as many go together, so that each stays what it is",
                    "give a multiple of " + period);
        }
    }

    /** How many of some items go. */
    static int going(double share, int items) {
        return (int) Math.floor(share * items + ROUNDING);
    }

    /** What stays by scores. */
    KeptParts of(PartScores scores) throws IOException {
        List<List<Integer>> heads = new ArrayList<>();
        List<List<List<Integer>>> units = new ArrayList<>();
        for (int block = 0; block < model.blocks(); block++) {
            if (amounts.heads() > 0) {
                heads.add(staying(scores.heads().get(block), amounts.heads()));
            }
            if (amounts.units() > 0) {
                units.add(scores.units().get(block).stream()
                        .map(each -> staying(each, amounts.units()))
                        .toList());
            }
        }
        return new KeptParts(blocks(scores.blocks()), heads, units);
    }

    /** Of equal ones the first go. */
    private static List<Integer> staying(double[] scores, double share) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(item -> scores[item]))
                .skip(going(share, scores.length))
                .sorted()
                .toList();
    }

    private List<Integer> blocks(PartScores.BlockCosts costs) throws IOException {
        List<Integer> staying =
                new ArrayList<>(IntStream.range(0, model.blocks()).boxed().toList());
        int run = BlockKind.period(family, model);
        for (int gone = 0; gone < amounts.blocks(); gone += run) {
            List<Integer> best = null;
            double least = Double.POSITIVE_INFINITY;
            for (int start = 0; start + run <= staying.size(); start++) {
                List<Integer> left = new ArrayList<>(staying);
                left.subList(start, start + run).clear();
                if (BlockKind.follow(family, model, left)) {
                    Set<Integer> absent = new HashSet<>(
                            IntStream.range(0, model.blocks()).boxed().toList());
                    left.forEach(absent::remove);
                    double cost = costs.without(absent);
                    if (best == null || cost < least) {
                        best = left;
                        least = cost;
                    }
                }
            }
            if (best == null) {
                throw WeftException.usage(
                        "--blocks " + amounts.blocks() + ": no more than " + gone + " blocks of this " + family.name()
                                + " can go so that each of the others stays what it is",
                        "give fewer");
            }
            staying = best;
        }
        return List.copyOf(staying);
    }
}
