package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.weft.engine.InputSquares;

/**
 * Sums Σ xᵀx of what linear layers are given, of none until {@link #watch}. Layers that are given one tensor, as queries, keys and values
 * are, share a sum. For one thread; its sums belong to it until others are watched, or it is closed.
 *
 * <p>N rows, I inputs.
 */
final class ObservedInputs implements AutoCloseable {
    private Set<String> parameters = Set.of();
    private final List<Shared> sums = new ArrayList<>();
    private Tensor last; // what the layer before was given: its object, for no other has it
    private Shared lastSum;

    /** The layers of one sum. */
    private record Shared(List<String> names, Tensor sum) {}

    /** Begins anew, with these layers' matrices; with none nothing is summed. */
    void watch(Set<String> others) {
        close();
        parameters = Set.copyOf(others);
    }

    /**
     * A layer is about to be applied.
     *
     * @param x (B, T, I) or (N, I)
     */
    void see(String parameter, Tensor x) {
        if (!parameters.contains(parameter)) {
            return;
        }
        Shared known = sums.stream()
                .filter(sum -> sum.names.contains(parameter))
                .findFirst()
                .orElse(null);
        if (x == last && (known == null || known == lastSum)) {
            if (known == null) {
                lastSum.names.add(parameter);
            }
            return; // counted when the first of them was given it
        }
        long inputs = x.size(-1);
        Shared sum = known == null ? begin(parameter, inputs, x) : known;
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = x.detach().reshape(-1, inputs); // (N, I)
            sum.sum.addmm_(rows.t(), rows);
        }
        last = x;
        lastSum = sum;
    }

    private Shared begin(String parameter, long inputs, Tensor x) {
        Tensor zeros;
        try (TensorOptions options = x.options()) {
            zeros = torch.zeros(new long[] {inputs, inputs}, options); // (I, I)
        }
        zeros.retainReference(); // past the scope of this pass
        Shared sum = new Shared(new ArrayList<>(List.of(parameter)), zeros);
        sums.add(sum);
        return sum;
    }

    /** The sums so far. */
    List<InputSquares> toHost() {
        return sums.stream()
                .map(shared -> {
                    try (PointerScope scope = new PointerScope()) {
                        int inputs = (int) shared.sum.size(0);
                        return new InputSquares(List.copyOf(shared.names), inputs, Logits.flat(shared.sum));
                    }
                })
                .toList();
    }

    @Override
    public void close() {
        sums.forEach(shared -> shared.sum.close());
        sums.clear();
        last = null;
        lastSum = null;
        parameters = Set.of();
    }
}
