package org.weft.dl4j.transformer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A part of the model as a SameDiff graph, built once for a shape: y = f(x, parameters). Parameters are placeholders, so
 * that blocks of one shape share a graph and no array is copied into it. Backward computes what it needs of the forward
 * again.
 *
 * <p>Arrays that come back are the caller's to close.
 */
final class GraphPiece {
    static final String INPUT = "x";
    private static final String ABOVE = "above";

    private final SameDiff graph;
    private final String output;
    private final Map<String, String> gradients;

    private GraphPiece(SameDiff graph, String output, Map<String, String> gradients) {
        this.graph = graph;
        this.output = output;
        this.gradients = gradients;
    }

    /** What a graph is written into: {@link #input} and {@link #parameter} declare what will be given at each call. */
    static final class Builder {
        private final SameDiff graph = SameDiff.create();
        private final List<SDVariable> wanted = new ArrayList<>();
        private final Map<Integer, OwnDerivative> ownDerivatives = new HashMap<>();

        /** In place of the derivatives of the operations from {@code first} to the one that made {@code y}. */
        private record OwnDerivative(int first, SDVariable y, Consumer<SDVariable> derivative) {}

        SameDiff graph() {
            return graph;
        }

        /** The input; its gradient comes back from backward. */
        SDVariable input(long... shape) {
            return parameter(INPUT, shape);
        }

        /** A parameter; its gradient comes back from backward. */
        SDVariable parameter(String name, long... shape) {
            SDVariable parameter = given(name, shape);
            wanted.add(parameter);
            return parameter;
        }

        /** Something that needs no gradient. */
        SDVariable given(String name, long... shape) {
            return graph.placeHolder(name, DataType.FLOAT, shape);
        }

        /** How many operations were written so far. */
        int mark() {
            return graph.getOps().size();
        }

        /**
         * Takes a derivative for all operations since a mark, the last of which made y, instead of SameDiff's for each.
         *
         * @param derivative given the gradient of y, calls {@link #addGradient} for what y was made of
         */
        SDVariable differentiated(int mark, SDVariable y, Consumer<SDVariable> derivative) {
            ownDerivatives.put(mark() - 1, new OwnDerivative(mark, y, derivative));
            return y;
        }

        /** Adds to what is known of a variable's gradient. */
        void addGradient(SDVariable variable, SDVariable gradient) {
            SDVariable known = variable.gradient();
            graph.setGradientForVariableName(variable.name(), known == null ? gradient : known.add(gradient));
        }

        /** @param y in the shape of the gradient that backward will be given */
        GraphPiece build(SDVariable y, long... shape) {
            differentiate(y, graph.placeHolder(ABOVE, DataType.FLOAT, shape));
            Map<String, String> gradients = new HashMap<>();
            wanted.forEach(each -> gradients.put(each.name(), each.gradient().name()));
            return new GraphPiece(graph, y.name(), gradients);
        }

        /**
         * Writes the backward into the graph, by each operation's own derivative, in the reverse of the order in which the
         * operations were written: then a variable's gradient is whole before its own operation's turn. SameDiff's
         * createGradFunction (1.0.0-M2) walks by a queue instead, takes operations before all their consumers, and gives
         * zeros where a residual stream or a norm uses a value twice.
         */
        private void differentiate(SDVariable y, SDVariable above) {
            List<SameDiffOp> forward = new ArrayList<>(graph.getOps().values());
            graph.setGradientForVariableName(y.name(), above);
            for (int i = forward.size() - 1; i >= 0; i--) {
                OwnDerivative own = ownDerivatives.get(i);
                if (own == null) {
                    differentiate(forward.get(i));
                } else {
                    own.derivative().accept(own.y().gradient());
                    i = own.first();
                }
            }
        }

        private void differentiate(SameDiffOp operation) {
            List<SDVariable> gradients = operation.getOutputsOfOp().stream()
                    .map(name -> graph.getVariable(name).gradient())
                    .toList();
            operation.getOp().diff(gradients);
        }
    }

    /** y. */
    INDArray forward(Map<String, INDArray> given) {
        return graph.output(given, output).get(output);
    }

    /** The gradient of each parameter and of {@link #INPUT}, by name. */
    Map<String, INDArray> backward(Map<String, INDArray> given, INDArray above) {
        Map<String, INDArray> all = new HashMap<>(given);
        all.put(ABOVE, above);
        Map<String, INDArray> found = graph.output(all, gradients.values().toArray(String[]::new));
        Map<String, INDArray> byName = new HashMap<>();
        gradients.forEach((name, gradient) -> byName.put(name, found.get(gradient)));
        return byName;
    }
}
