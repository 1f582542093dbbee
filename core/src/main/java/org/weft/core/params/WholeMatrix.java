package org.weft.core.params;

import java.io.Serializable;
import java.util.List;

/**
 * A matrix that one server has all of, because its elements are moved together.
 *
 * @param parts matrices of their own that it is made of, which are moved each by itself; every element is in one of them
 */
public record WholeMatrix(Parameter parameter, List<MatrixPart> parts) implements Serializable {
    /** Iterations that orthogonalise it; what {@code torch.optim.Muon} calls {@code ns_steps}. */
    public static final int ITERATIONS = 5;

    public WholeMatrix {
        parts = List.copyOf(parts);
        long covered = parts.stream().mapToLong(part -> part.size(parameter)).sum();
        if (covered != parameter.size()) {
            throw new IllegalArgumentException(
                    "parts of " + parameter.name() + " have " + covered + " of its " + parameter.size() + " elements");
        }
    }

    /** Elements of its largest part. */
    public long largestPart() {
        return parts.stream().mapToLong(part -> part.size(parameter)).max().orElse(0);
    }

    /** The shorter side of a part, the longest there is. */
    public int longestSide() {
        return parts.stream()
                .mapToInt(part -> Math.min(part.rows(parameter), part.columns(parameter)))
                .max()
                .orElse(0);
    }

    /** Floating-point operations that move it: of each iteration for each part with sides m ≤ n two products of 2 m² n and one of 2 m³. */
    public double operations() {
        double operations = 0;
        for (MatrixPart part : parts) {
            double shorter = Math.min(part.rows(parameter), part.columns(parameter));
            double longer = Math.max(part.rows(parameter), part.columns(parameter));
            operations += ITERATIONS * (4 * shorter * shorter * longer + 2 * shorter * shorter * shorter);
        }
        return operations;
    }
}
