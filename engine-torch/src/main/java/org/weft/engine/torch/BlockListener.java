package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;

/** Told what each block of a pass without backward gives. */
@FunctionalInterface
interface BlockListener {
    BlockListener NONE = (block, states) -> {};

    /** @param states (B, T, D); the pass closes it, once the next block has it */
    void given(int block, Tensor states);
}
