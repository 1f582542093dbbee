package org.weft.core.model;

import java.util.List;
import java.util.Optional;

/**
 * What may leave one block of a model so that a smaller dense model of the same family remains: heads, units of its perceptrons, and
 * the block itself. Zeros in all of an item's slices are the same to the model's outputs as the item's absence.
 *
 * @param heads what attention shares between its heads of keys and values, an item being one of these with the heads of queries that
 *     read it; empty where heads cannot go
 * @param headsFixed why they cannot; empty where they can
 * @param units those of each perceptron; several where tokens go to experts
 * @param outputs parameters that are zero in a block that passes its input on; none where norms stand behind the residual sums, so that
 *     no block does
 * @param blockFixed why blocks cannot go; empty where they can
 */
public record BlockParts(
        Optional<Axis> heads, String headsFixed, List<Axis> units, List<String> outputs, String blockFixed) {

    /** Of families whose config.json has no width of a head beside the model's. */
    static final String WIDTH_OVER_HEADS =
            "its heads are as wide as its width / heads, so that fewer of them would be wider ones";

    /**
     * Equal items side by side.
     *
     * @param slices where they are; the last is of the matrix that reads what an item gives, so that scaling it is scaling the item
     */
    public record Axis(int items, List<Slices> slices) {
        /** Of the matrix that reads what items give. */
        public Slices output() {
            return slices.get(slices.size() - 1);
        }
    }

    /**
     * Of item i, indexes from + i width to from + (i + 1) width - 1 of a parameter's dimension.
     *
     * @param dimension 0 for rows, or elements of a bias, 1 for columns
     */
    public record Slices(String parameter, int dimension, int from, int width) {}

    /** Of a family in which heads are as wide as its width allows. */
    static BlockParts ofUnits(Axis units, List<String> outputs) {
        return new BlockParts(Optional.empty(), WIDTH_OVER_HEADS, List.of(units), outputs, "");
    }

    /** Units that one layer widens to and another narrows from; both names without {@code .weight}, weights (out, in). */
    static Axis units(int items, String expand, boolean biased, String contract) {
        Slices rows = new Slices(expand + ".weight", 0, 0, 1);
        Slices columns = new Slices(contract + ".weight", 1, 0, 1);
        return new Axis(
                items, biased ? List.of(rows, new Slices(expand + ".bias", 0, 0, 1), columns) : List.of(rows, columns));
    }

    /** Units of a gate and what it gates, which one layer reads; names without {@code .weight}, weights (out, in). */
    static Axis gated(int items, String gate, String up, String down) {
        return new Axis(
                items,
                List.of(
                        new Slices(gate + ".weight", 0, 0, 1),
                        new Slices(up + ".weight", 0, 0, 1),
                        new Slices(down + ".weight", 1, 0, 1)));
    }

    /** The same where the gate and what it gates are one matrix, one above the other. */
    static Axis gatedTogether(int items, String both, String down) {
        return new Axis(
                items,
                List.of(
                        new Slices(both + ".weight", 0, 0, 1),
                        new Slices(both + ".weight", 0, items, 1),
                        new Slices(down + ".weight", 1, 0, 1)));
    }

    /** Weight and bias of each layer. */
    static List<String> biased(String... layers) {
        return List.of(layers).stream()
                .flatMap(layer -> List.of(layer + ".weight", layer + ".bias").stream())
                .toList();
    }
}
