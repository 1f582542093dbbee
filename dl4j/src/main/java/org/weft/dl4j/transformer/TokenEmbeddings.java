package org.weft.dl4j.transformer;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * Token and position embeddings. Not in a graph: the gradient of a lookup is added row by row, in the rows' order, so that
 * a token that comes twice is summed the same way each time.
 *
 * <p>B sequences, T tokens, N = B T rows, D width.
 */
final class TokenEmbeddings {
    static final String TOKENS = "wte.weight"; // (V, D)
    private static final String POSITIONS = "wpe.weight"; // (T, D)

    private final ParameterVector parameters;
    private final ParameterVector gradients;
    private final long tokensOffset;
    private final int width;

    TokenEmbeddings(ParameterLayout layout, ParameterVector parameters, ParameterVector gradients) {
        this.parameters = parameters;
        this.gradients = gradients;
        Parameter tokens = layout.parameters().stream()
                .filter(each -> each.name().equals(TOKENS))
                .findFirst()
                .orElseThrow();
        tokensOffset = tokens.offset();
        width = tokens.shape().get(1);
    }

    /** (N, D), the caller's to close. */
    INDArray lookUp(int[] inputs, int context) {
        INDArray x = Nd4j.pullRows(parameters.view(TOKENS), 1, inputs); // (N, D)
        INDArray positions = rows(parameters.view(POSITIONS), 0, context); // (T, D)
        for (int row = 0; row < inputs.length; row += context) {
            rows(x, row, context).addi(positions);
        }
        return x;
    }

    /** @param gradient (N, D), in rows one after the other */
    void backward(int[] inputs, int context, INDArray gradient) {
        INDArray positions = rows(gradients.view(POSITIONS), 0, context); // (T, D)
        for (int row = 0; row < inputs.length; row += context) {
            positions.addi(rows(gradient, row, context));
        }
        FloatBuffer from = gradient.data().asNioFloat();
        for (int row = 0; row < inputs.length; row++) {
            FloatBuffer to = gradients
                    .window(tokensOffset + (long) inputs[row] * width, width)
                    .asFloatBuffer();
            for (int d = 0; d < width; d++) {
                to.put(d, to.get(d) + from.get(row * width + d));
            }
        }
    }

    private static INDArray rows(INDArray matrix, int first, int count) {
        return matrix.get(NDArrayIndex.interval(first, first + count), NDArrayIndex.all());
    }
}
