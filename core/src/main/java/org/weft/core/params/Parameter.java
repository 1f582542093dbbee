package org.weft.core.params;

import java.io.Serializable;
import java.util.List;

/**
 * One named tensor within the flat vector.
 *
 * @param name the tensor's name in its family's Hugging Face checkpoints, such as {@code h.0.attn.c_attn.weight}
 * @param shape dimensions, outermost first
 * @param offset first element's index in the flat vector
 * @param rule how servers treat it
 * @param initializer how its elements start
 * @param factor whether it is only ever taken by matrix products, as a factor or as what is added to one: with
 *     {@code training.precision: bf16} as bfloat16, so that it may travel in that form
 */
public record Parameter(
        String name, List<Integer> shape, long offset, ParameterRule rule, Initializer initializer, boolean factor)
        implements Serializable {
    public Parameter {
        shape = List.copyOf(shape);
    }

    /** Whether the run's weight decay applies. */
    public boolean decay() {
        return rule.decay();
    }

    /** Whether it is a matrix, of which products are made. */
    public boolean matrix() {
        return factor && shape.size() == 2;
    }

    /** Number of elements. */
    public long size() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /** Index after the last element. */
    public long end() {
        return offset + size();
    }
}
