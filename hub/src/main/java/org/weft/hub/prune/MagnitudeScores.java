package org.weft.hub.prune;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BlockParts;
import org.weft.core.model.BlockParts.Axis;
import org.weft.core.model.BlockParts.Slices;
import org.weft.core.model.Family;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.driver.checkpoint.InitialCheckpoint;

/**
 * Scores without data: an item counts the sum of the squares of all its weights (Li et al. 2017, "Pruning filters for efficient
 * ConvNets", section 3.1, with squares), a block the more the nearer it is to the first, but for the last, which goes last (Gromov et al.
 * 2024, "The unreasonable ineffectiveness of the deeper layers", section 4.4). Reads the parameters once. For one thread.
 */
final class MagnitudeScores {
    private final ParameterLayout layout;
    private final Map<String, List<Sums>> bySlices = new HashMap<>();

    /** Where squares of slices go. */
    private record Sums(Slices slices, double[] items) {

        /** The item that an index of the dimension is of; -1 for none. */
        int item(int at) {
            int item = at < slices.from() ? -1 : (at - slices.from()) / slices.width();
            return item < items.length ? item : -1;
        }
    }

    private MagnitudeScores(ParameterLayout layout) {
        this.layout = layout;
    }

    /**
     * @param source of the whole model's parameters
     */
    static PartScores of(Family family, ModelConfig model, ParameterLayout layout, InitialCheckpoint.Source source)
            throws IOException {
        MagnitudeScores scores = new MagnitudeScores(layout);
        List<double[]> heads = new ArrayList<>();
        List<List<double[]>> units = new ArrayList<>();
        for (int block = 0; block < model.blocks(); block++) {
            BlockParts parts = family.parts(model, block);
            heads.add(parts.heads().map(scores::sums).orElse(new double[0]));
            units.add(parts.units().stream().map(scores::sums).toList());
        }
        scores.read(source);
        int last = model.blocks() - 1;
        return new PartScores(heads, units, gone -> depths(gone, last));
    }

    private static double depths(Set<Integer> gone, int last) {
        return gone.stream()
                .mapToDouble(block -> block == last ? (double) last * last : -block)
                .sum();
    }

    private double[] sums(Axis axis) {
        double[] items = new double[axis.items()];
        for (Slices slices : axis.slices()) {
            bySlices.computeIfAbsent(slices.parameter(), name -> new ArrayList<>())
                    .add(new Sums(slices, items));
        }
        return items;
    }

    private void read(InitialCheckpoint.Source source) throws IOException {
        for (Parameter parameter : layout.parameters()) {
            List<Sums> sums = bySlices.get(parameter.name());
            if (sums != null) {
                int columns = parameter.shape().size() > 1 ? parameter.shape().get(1) : 1;
                source.read(
                        parameter.offset(),
                        parameter.size(),
                        (at, bytes) -> add(sums, at - parameter.offset(), columns, bytes));
            }
        }
    }

    private static void add(List<Sums> sums, long from, int columns, ByteBuffer bytes) {
        int row = (int) (from / columns);
        int column = (int) (from % columns);
        for (int at = bytes.position(); at < bytes.limit(); at += Float.BYTES) {
            double weight = bytes.getFloat(at);
            for (Sums each : sums) {
                int item = each.item(each.slices().dimension() == 0 ? row : column);
                if (item >= 0) {
                    each.items()[item] += weight * weight;
                }
            }
            if (++column == columns) {
                column = 0;
                row++;
            }
        }
    }
}
