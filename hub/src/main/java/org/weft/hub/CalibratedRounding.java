package org.weft.hub;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.quantize.Gptq;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.engine.InputSquares;

/**
 * Rounds matrices by what they are multiplied with, block by block: when the first of a block's matrices comes, what all of them are given
 * is summed over a corpus, and is kept until another block's comes. For one thread.
 */
public final class CalibratedRounding implements QuantizedExport.Rounding {
    private final List<Set<String>> blocks;
    private final Sums source;
    private final Consumer<String> notices;
    private final Map<String, InputSquares> held = new HashMap<>();
    private Set<String> block = Set.of();
    private InputSquares solvedOf;
    private Gptq solved;

    /** Sums what some layers are given. */
    @FunctionalInterface
    public interface Sums {
        List<InputSquares> of(Set<String> parameters) throws IOException;
    }

    /**
     * @param blocks the matrices of each block, as {@link QuantizedExport#blocks} tells them
     * @param notices told of each block, and of what nothing was given to
     */
    public CalibratedRounding(List<Set<String>> blocks, Sums source, Consumer<String> notices) {
        this.blocks = List.copyOf(blocks);
        this.source = source;
        this.notices = notices;
    }

    @Override
    public QuantizedMatrix round(String parameter, float[] weights, QuantizationGrid grid, int rows, int columns)
            throws IOException {
        if (!block.contains(parameter)) {
            load(parameter);
        }
        InputSquares given = held.get(parameter);
        if (given == null) {
            notices.accept(parameter + " was given nothing by the corpus: rounded to the nearest");
            return QuantizedMatrix.nearest(grid, weights, rows, columns);
        }
        if (given != solvedOf) {
            solved = solve(parameter, given);
            solvedOf = given;
        }
        return solved.round(grid, weights, rows);
    }

    private void load(String parameter) throws IOException {
        int index = 0;
        while (!blocks.get(index).contains(parameter)) {
            index++;
        }
        held.clear();
        solvedOf = null;
        solved = null;
        block = blocks.get(index);
        notices.accept("block " + (index + 1) + " of " + blocks.size() + ": what its layers are given");
        for (InputSquares sums : source.of(block)) {
            sums.parameters().forEach(name -> held.put(name, sums));
        }
    }

    private static Gptq solve(String parameter, InputSquares given) {
        double[] squares = new double[given.sums().length];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = given.sums()[i];
        }
        try {
            return new Gptq(squares, given.inputs());
        } catch (ArithmeticException broken) {
            throw WeftException.invalidData(
                    "what " + parameter + " is given cannot be solved: " + broken.getMessage(),
                    "give more --calibration-samples, or --method nearest");
        }
    }
}
