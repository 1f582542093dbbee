package org.weft.hub.prune;

import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.ModernBertFamily;
import org.weft.core.model.RotaryFamily;

/**
 * In what a block differs from others of its model, by its number alone.
 *
 * @param window tokens that it looks back at; 0 for all
 * @param turned whether it turns queries and keys by their positions
 * @param normed whether it has a norm before attention
 */
record BlockKind(int window, boolean turned, boolean normed) {
    static BlockKind of(Family family, ModelConfig model, int block) {
        boolean turned = !(family instanceof RotaryFamily rotary) || rotary.turns(model, block);
        return new BlockKind(family.window(model, block), turned, block > 0 || !(family instanceof ModernBertFamily));
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
