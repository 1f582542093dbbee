package org.weft.engine.torch;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizedParameters;

/**
 * Weights at the places of a {@link QuantizationGrid} nearest to them, by the same operations in float32 as there, so that training sees
 * the numbers that are written afterwards, to the bit.
 *
 * <p>O outputs, I inputs, G groups of an output's inputs, L inputs of a group.
 */
final class GridRounding {
    private static final long[] LAST = {2};

    private final QuantizationGrid grid;
    private final boolean inputFirst;
    private final Map<String, Parameter> rounded;

    /** @throws IllegalArgumentException of scales in float16, whose subnormals a grid has a rule of its own for */
    GridRounding(QuantizationGrid grid, ModelShape shape, ParameterLayout layout) {
        if (grid.scales() == FloatFormat.F16) {
            throw new IllegalArgumentException("training rounds to scales of F32 or BF16: " + grid);
        }
        this.grid = grid;
        inputFirst = shape.family().inputFirst();
        rounded = QuantizedParameters.candidates(shape, layout).stream()
                .collect(Collectors.toMap(Parameter::name, Function.identity()));
    }

    /**
     * A parameter as products take it.
     *
     * @param values the parameter's range of the vector
     * @return the same where it is none of those that are rounded
     */
    Tensor of(Parameter parameter, Tensor values) {
        if (!rounded.containsKey(parameter.name())) {
            return values;
        }
        long rows = parameter.shape().get(0);
        Tensor matrix = values.view(rows, -1);
        Tensor weights = inputFirst ? matrix.t().contiguous() : matrix; // (O, I)
        long outputs = weights.size(0);
        Tensor groups = weights.view(outputs, -1, grid.groupLength((int) weights.size(1))); // (O, G, L)
        Tensor scales = stored(groups.abs().amax(LAST, true).div_(new Scalar(grid.halfRange()))); // (O, G, 1)
        scales.add_(scales.eq(new Scalar(0.0))); // 1 where all are 0
        Tensor nearest = groups.div(scales)
                .round_()
                .clamp_(
                        new ScalarOptional(new Scalar((double) grid.type().smallest())),
                        new ScalarOptional(new Scalar((double) grid.type().largest())))
                .mul_(scales)
                .view(outputs, -1); // (O, I)
        return (inputFirst ? nearest.t() : nearest).reshape(-1);
    }

    private Tensor stored(Tensor scales) {
        return grid.scales() == FloatFormat.F32
                ? scales
                : scales.to(ScalarType.BFloat16).to(scales.scalar_type());
    }
}
