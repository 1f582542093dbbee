package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.weft.engine.torch.Transformer.BlockOutput;

/** The second half of a block, before it is added to the stream. */
@FunctionalInterface
interface Perceptron {
    /** (B, T, D) to (B, T, D), and what it adds to the loss. */
    BlockOutput apply(Tensor x);
}
