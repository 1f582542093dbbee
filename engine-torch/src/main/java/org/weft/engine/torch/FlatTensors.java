package org.weft.engine.torch;

import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.model.Adaptation;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.ReplicaOptions;

/**
 * The parameters and their gradients as two flat vectors, and a leaf of autograd for each parameter: a view of the
 * first whose gradient is the same view of the second. Autograd then adds in place, and a range of the gradient is
 * memory that can be sent as it is. Native objects belong to the scope in which this was made: the replica's.
 *
 * <p>For products in bfloat16 there is a second such pair, a rounded copy of the parameters and the gradients of its
 * leaves: 4 P bytes more. Its gradients are added to the float32 ones range by range, so that what accumulates over
 * micro-batches accumulates in float32.
 *
 * <p>The same is done where weights are rounded to a grid while they learn: what products take is rounded, and the gradients of that are
 * taken for those of what it was rounded from (straight-through: Bengio et al. 2013).
 *
 * <p>Parameters that do not learn stand in a third vector, without gradients. Where nothing ever learns there are no gradients at all.
 *
 * <p>P parameters that learn, Q that do not.
 */
final class FlatTensors {
    private final ParameterLayout layout;
    private final FlatVector parameters; // (P)
    private final FlatVector gradients; // (P), null where nothing ever learns
    private final ParameterLayout frozenLayout;
    private final FlatVector frozen; // (Q), null where everything learns
    private final Adaptation.Lora lora;
    private final Set<String> factors;
    private final PieceRanges pages; // null where everything is there
    private final boolean bfloat16; // whether products are
    private final Map<String, QuantizedWeight> quantized; // in none of the vectors
    private final GridRounding grid; // null where products take parameters as they are, or in bfloat16
    private final ObservedInputs observed = new ObservedInputs();
    private final Leaves wide;
    private final Leaves narrow; // wide itself without bfloat16
    /** Which of the layout's parameters have changed since they were rounded; guards itself. */
    private final BitSet stale = new BitSet();

    private volatile boolean frozenStale = true;

    FlatTensors(ModelShape shape, ComputeDevice device, ScalarType type, ReplicaOptions options) {
        bfloat16 = options.bfloat16();
        AdaptedLayout adapted = shape.adapted();
        lora = shape.adaptation().lora();
        layout = options.quantized().rest(adapted.learned());
        frozenLayout = options.quantized().rest(adapted.frozen());
        quantized = QuantizedWeight.all(shape, adapted, options.quantized());
        grid = options.rounded() == null ? null : new GridRounding(options.rounded(), shape, layout);
        factors = Stream.concat(layout.parameters().stream(), frozenLayout.parameters().stream())
                .filter(Parameter::factor)
                .map(Parameter::name)
                .collect(Collectors.toUnmodifiableSet());
        pages = options.streamed() ? PieceRanges.of(shape, layout, true) : null;
        parameters = vector(device, type);
        gradients = options.fixed() ? null : vector(device, type);
        frozen = frozenLayout.size() == 0 ? null : device.allocate(frozenLayout.size(), type);
        wide = new Leaves(layout, parameters::narrow, gradients == null ? null : gradients::narrow);
        if (frozen != null) {
            wide.addFrozen(frozenLayout, frozen.tensor());
        }
        ScalarType taken = bfloat16 ? ScalarType.BFloat16 : type;
        if (!bfloat16 && grid == null) {
            narrow = wide;
        } else if (pages != null) {
            narrow = new Leaves(layout, vector(device, taken)::narrow, vector(device, taken)::narrow);
        } else {
            Tensor rounded = copy(parameters); // (P)
            Tensor sums = gradients == null ? null : torch.zeros_like(rounded); // (P)
            narrow = new Leaves(
                    layout,
                    (offset, length) -> rounded.narrow(0, offset, length),
                    sums == null ? null : (offset, length) -> sums.narrow(0, offset, length));
            if (frozen != null) {
                narrow.addFrozen(frozenLayout, copy(frozen)); // (Q)
            }
        }
    }

    private Tensor copy(FlatVector vector) {
        Tensor own = vector.tensor();
        return bfloat16 ? own.to(ScalarType.BFloat16) : own.clone();
    }

    /** A matrix that is kept as whole numbers; null of all others. */
    QuantizedWeight quantized(String name) {
        return quantized.get(name);
    }

    /** Who is told what linear layers are given. */
    ObservedInputs observed() {
        return observed;
    }

    private FlatVector vector(ComputeDevice device, ScalarType type) {
        return pages == null
                ? device.allocate(layout.size(), type)
                : new PagedVector(pages, elements -> device.allocate(elements, type));
    }

    /**
     * The parameter as a leaf of autograd, in its own shape.
     *
     * @throws IllegalStateException where the layout says that it is only ever taken as a {@link #factor}: it may have come rounded
     */
    Tensor parameter(String name) {
        if (factors.contains(name)) {
            throw new IllegalStateException(name + " is a factor of matrix products alone: the layout says so");
        }
        return wide.parameter(name);
    }

    /** The parameter's gradient, in its own shape; null where it does not learn. */
    Tensor gradient(String name) {
        return wide.gradient(name);
    }

    /** What the adapters are; null where there are none. */
    Adaptation.Lora lora() {
        return lora;
    }

    /** Whether there is such a parameter. */
    boolean has(String name) {
        return wide.leaves.containsKey(name);
    }

    /** The parameter as a leaf for matrix products: {@link #parameter}, or its copy in bfloat16. */
    Tensor factor(String name) {
        return narrow.parameter(name);
    }

    /** What matrix products are computed in. */
    ScalarType factorType() {
        return narrow.leaves.values().iterator().next().scalar_type();
    }

    /** What everything else is computed in. */
    ScalarType type() {
        return parameters.tensor().scalar_type();
    }

    /** Fails where there are none, or not all at once. */
    void requireGradients() {
        requireLearning();
        if (paged()) {
            throw new IllegalStateException("a streamed replica has its gradients of spans alone");
        }
    }

    private void requireLearning() {
        if (fixed()) {
            throw new IllegalStateException("nothing of this replica learns");
        }
    }

    /** Whether nothing of it ever learns. */
    boolean fixed() {
        return gradients == null;
    }

    /** Whether blocks take turns in one memory. */
    boolean paged() {
        return pages != null;
    }

    boolean bfloat16() {
        return bfloat16;
    }

    /** Says that a range of the parameters has changed; any thread. */
    void parametersChanged(long offset, long length) {
        if (narrow == wide) {
            return;
        }
        synchronized (stale) {
            for (int i = 0; i < layout.parameters().size(); i++) {
                Parameter parameter = layout.parameters().get(i);
                if (parameter.offset() < offset + length && parameter.end() > offset) {
                    stale.set(i);
                }
            }
        }
    }

    /** The same of what does not learn. */
    void frozenChanged() {
        frozenStale = true;
    }

    /**
     * Rounds those of the range's parameters that have changed, and of what does not learn all if any has: before they are
     * computed with, on the replica's thread.
     */
    void refreshFactors(long offset, long length) {
        if (narrow == wide) {
            return;
        }
        if (frozen != null && frozenStale) {
            frozenStale = false;
            narrow.frozen.copy_(wide.frozen); // (Q)
        }
        synchronized (stale) {
            for (int i = stale.nextSetBit(0); i >= 0; i = stale.nextSetBit(i + 1)) {
                Parameter parameter = layout.parameters().get(i);
                if (parameter.offset() >= offset && parameter.end() <= offset + length) {
                    stale.clear(i);
                    round(parameter);
                }
            }
        }
    }

    private void round(Parameter parameter) {
        try (PointerScope scope = new PointerScope()) {
            Tensor values = parameters.narrow(parameter.offset(), parameter.size());
            narrow.parameters
                    .narrow(parameter.offset(), parameter.size())
                    .copy_(grid == null ? values : grid.of(parameter, values));
        }
    }

    /** Also of what a backward pass that failed on its way has left. */
    void zeroGradients() {
        if (pages == null) {
            zeroGradients(0, layout.size());
            return;
        }
        zeroGradients(pages.embeddings());
        pages.blocks().forEach(this::zeroGradients); // The same memory again and again; blocks differ in length.
        zeroGradients(pages.tail());
    }

    void zeroGradients(FlatRange range) {
        zeroGradients(range.offset(), range.length());
    }

    private void zeroGradients(long offset, long length) {
        try (PointerScope scope = new PointerScope()) {
            gradients().narrow(offset, length).zero_();
            if (narrow != wide) {
                narrow.gradients.narrow(offset, length).zero_();
            }
        }
    }

    void foldGradients(FlatRange range) {
        foldGradients(range.offset(), range.length());
    }

    /** Takes what backward has left in a range of the factors' gradients over into the gradient. */
    void foldGradients(long offset, long length) {
        if (narrow == wide || length == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor rounded = narrow.gradients.narrow(offset, length);
            gradients.narrow(offset, length).add_(rounded);
            rounded.zero_();
        }
    }

    /** What does not learn; null where everything does. */
    FlatVector frozen() {
        return frozen;
    }

    ParameterLayout frozenLayout() {
        return frozenLayout;
    }

    FlatVector parameters() {
        return parameters;
    }

    /** Fails where there are none. */
    FlatVector gradients() {
        requireLearning();
        return gradients;
    }

    ParameterLayout layout() {
        return layout;
    }
}
