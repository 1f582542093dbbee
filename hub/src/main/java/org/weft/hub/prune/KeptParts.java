package org.weft.hub.prune;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BlockParts;
import org.weft.core.model.BlockParts.Axis;
import org.weft.core.model.BlockParts.Slices;
import org.weft.core.model.LlamaFamily;
import org.weft.core.model.MistralFamily;

/**
 * What stays of a model.
 *
 * @param blocks numbers of the blocks that stay, ascending
 * @param heads of every block of the whole model, which of {@link BlockParts#heads} stay, ascending; empty where none was to go
 * @param units the same of each of its perceptrons
 */
record KeptParts(List<Integer> blocks, List<List<Integer>> heads, List<List<List<Integer>>> units) {

    /** One axis of one block, and which of its items stay. */
    record KeptAxis(Axis axis, List<Integer> items) {

        /** Whether the elements of a slice's dimension stay, for all that the slice says something of; the others are left. */
        void mark(Slices slices, boolean[] stays) {
            Set<Integer> staying = Set.copyOf(items);
            for (int item = 0; item < axis.items(); item++) {
                boolean kept = staying.contains(item);
                int first = slices.from() + item * slices.width();
                for (int at = first; at < first + slices.width(); at++) {
                    stays[at] = kept;
                }
            }
        }
    }

    /** The axes of a block of the whole model that lose items. */
    List<KeptAxis> axes(BlockParts parts, int block) {
        List<KeptAxis> axes = new ArrayList<>();
        if (!heads.isEmpty()) {
            axes.add(new KeptAxis(parts.heads().orElseThrow(), heads.get(block)));
        }
        if (!units.isEmpty()) {
            for (int i = 0; i < parts.units().size(); i++) {
                axes.add(new KeptAxis(parts.units().get(i), units.get(block).get(i)));
            }
        }
        return axes;
    }

    /** Keys of the smaller model's configuration that are others than the whole model's: {@code section.key=value}. */
    List<String> overrides(ModelConfig whole) {
        List<String> overrides = new ArrayList<>();
        if (blocks.size() < whole.blocks()) {
            overrides.add("model.layers=" + blocks.size());
        }
        if (!heads.isEmpty()) {
            int groups = heads.get(0).size();
            int left = groups * (whole.heads() / whole.keyValueHeads());
            if (whole.architecture().equals(LlamaFamily.NAME) && whole.width() % left != 0) {
                // The same model by another name: transformers wants a Llama's width to be a multiple of its heads.
                overrides.add("model.architecture=" + MistralFamily.NAME);
            }
            overrides.add("model.heads=" + left);
            overrides.add("model.kv_heads=" + groups);
            overrides.add("model.head_dim=" + whole.headWidth());
        }
        if (!units.isEmpty()) {
            overrides.add("model.mlp_width=" + units.get(0).get(0).size());
        }
        return overrides;
    }
}
