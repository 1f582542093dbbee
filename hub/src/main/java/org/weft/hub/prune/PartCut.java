package org.weft.hub.prune;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BlockParts;
import org.weft.core.model.BlockParts.Slices;
import org.weft.core.model.Family;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * What of one parameter of the whole model stays: elements whose row and column both do.
 *
 * @param source in the whole model
 * @param rows which stay; null for all. A bias has a row an element
 * @param columns how many the source has
 * @param columnStays which stay; null for all
 * @param masked whether the others become zero in place
 */
record PartCut(Parameter source, boolean[] rows, int columns, boolean[] columnStays, boolean masked) {

    /** Whether all of it stays. */
    boolean whole() {
        return rows == null && columnStays == null;
    }

    /**
     * @param element of the source
     */
    boolean stays(long element) {
        return (rows == null || rows[(int) (element / columns)])
                && (columnStays == null || columnStays[(int) (element % columns)]);
    }

    int keptColumns() {
        return columnStays == null ? columns : count(columnStays);
    }

    /** How many elements stay; a masked one has all of them still. */
    long keptElements() {
        int all = rows == null ? source.shape().get(0) : count(rows);
        return masked ? source.size() : (long) all * keptColumns();
    }

    /** The source's row that is the one of that place among those that stay. */
    int rowOf(int place) {
        if (rows == null) {
            return place;
        }
        int left = place;
        for (int row = 0; ; row++) {
            if (rows[row] && left-- == 0) {
                return row;
            }
        }
    }

    private static int count(boolean[] stays) {
        return (int) IntStream.range(0, stays.length).filter(i -> stays[i]).count();
    }

    /**
     * Of every parameter that a smaller model has, by its name there.
     *
     * @param layout of the whole model
     */
    static Map<String, PartCut> smaller(Family family, ModelConfig model, ParameterLayout layout, KeptParts kept) {
        Map<String, PartCut> cuts = new HashMap<>();
        for (Placed placed : placed(family, model, layout)) {
            String name = placed.parameter().name();
            if (!placed.within()) {
                cuts.put(name, placed.cut(family, model, kept, false));
            } else if (kept.blocks().contains(placed.block())) {
                String prefix = family.blockPrefix(model, kept.blocks().indexOf(placed.block()));
                String within =
                        name.substring(family.blockPrefix(model, placed.block()).length());
                cuts.put(prefix + within, placed.cut(family, model, kept, false));
            }
        }
        return cuts;
    }

    /** Of every parameter, which stays as large as it is: zeros stand for what is not in the smaller model. */
    static Map<String, PartCut> masked(Family family, ModelConfig model, ParameterLayout layout, KeptParts kept) {
        Map<String, PartCut> cuts = new HashMap<>();
        for (Placed placed : placed(family, model, layout)) {
            Parameter parameter = placed.parameter();
            boolean gone = placed.within() && !kept.blocks().contains(placed.block());
            cuts.put(parameter.name(), gone ? ofGone(family, model, placed) : placed.cut(family, model, kept, true));
        }
        return cuts;
    }

    /** Of a block that passes its input on: what it adds is zero, and all else as it was. */
    private static PartCut ofGone(Family family, ModelConfig model, Placed placed) {
        Parameter parameter = placed.parameter();
        boolean output = family.parts(model, placed.block()).outputs().contains(parameter.name());
        boolean[] none = new boolean[parameter.shape().get(0)];
        return new PartCut(parameter, output ? none : null, columns(parameter), null, true);
    }

    /** A parameter and its block; a block of -1 for one that is in none. */
    private record Placed(Parameter parameter, int block) {
        boolean within() {
            return block >= 0;
        }

        PartCut cut(Family family, ModelConfig model, KeptParts kept, boolean masked) {
            return of(parameter, within() ? marks(family.parts(model, block), kept, block) : List.of(), masked);
        }
    }

    private static List<Placed> placed(Family family, ModelConfig model, ParameterLayout layout) {
        int[] blocks = family.blocksOf(layout, model);
        return IntStream.range(0, blocks.length)
                .mapToObj(i -> new Placed(layout.parameters().get(i), blocks[i] < model.blocks() ? blocks[i] : -1))
                .toList();
    }

    /** Slices with the axis whose items they are of. */
    private record Mark(KeptParts.KeptAxis axis, Slices slices) {}

    private static List<Mark> marks(BlockParts parts, KeptParts kept, int block) {
        return kept.axes(parts, block).stream()
                .flatMap(axis -> axis.axis().slices().stream().map(slices -> new Mark(axis, slices)))
                .toList();
    }

    private static int columns(Parameter parameter) {
        return parameter.shape().size() > 1 ? parameter.shape().get(1) : 1;
    }

    private static PartCut of(Parameter parameter, List<Mark> marks, boolean masked) {
        boolean[][] stays = new boolean[2][];
        for (Mark mark : marks) {
            Slices slices = mark.slices();
            if (slices.parameter().equals(parameter.name())) {
                if (stays[slices.dimension()] == null) {
                    stays[slices.dimension()] = new boolean[parameter.shape().get(slices.dimension())];
                    Arrays.fill(stays[slices.dimension()], true);
                }
                mark.axis().mark(slices, stays[slices.dimension()]);
            }
        }
        return new PartCut(parameter, stays[0], columns(parameter), stays[1], masked);
    }
}
