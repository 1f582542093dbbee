package org.weft.hub.prune;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * In what a block differs from others of its model, by its number alone.
 *
 * @param window tokens that it looks back at; 0 for all
 * @param turned whether it turns queries and keys by their positions
 * @param normed whether it has a norm before attention
 */
record BlockKind(int window, boolean turned, boolean normed) {
    static BlockKind of(Family family, ModelConfig model, int block) {
        return new BlockKind(family.window(model, block), family.turns(model, block), family.normed(model, block));
    }

    /** Whether blocks of these numbers, one after the other, are the first blocks of a model of the family. */
    static boolean follow(Family family, ModelConfig model, List<Integer> blocks) {
        for (int place = 0; place < blocks.size(); place++) {
            if (!of(family, model, blocks.get(place)).equals(of(family, model, place))) {
                return false;
            }
        }
        return true;
    }

    /** After how many blocks kinds come again: as many have to go together as that. */
    static int period(Family family, ModelConfig model) {
        int blocks = model.blocks();
        for (int period = 1; period < blocks; period++) {
            boolean again = true;
            for (int block = 1; block + period < blocks; block++) {
                again &= of(family, model, block).equals(of(family, model, block + period));
            }
            if (again) {
                return period;
            }
        }
        return blocks;
    }
}
