package org.weft.hub.gguf;

import java.util.List;
import org.weft.core.params.Parameter;

/**
 * A tensor of a GGUF file and what it is made of.
 *
 * @param name llama.cpp's
 * @param source the parameter; null of one that is computed
 * @param order how its rows stand there
 * @param added to each element
 * @param computed the elements of one that is no parameter; empty of others
 */
record GgufTensor(String name, Parameter source, RowOrder order, float added, List<Float> computed) {

    /** Which element of a parameter a tensor's element is. */
    @FunctionalInterface
    interface RowOrder {
        /** The parameter as it is. */
        RowOrder SAME = (row, column, rows, columns) -> (long) row * columns + column;

        /** Its columns are the tensor's rows: of a linear layer that takes (in, out). */
        RowOrder TRANSPOSED = (row, column, rows, columns) -> (long) column * columns + row;

        /**
         * @param row of the tensor
         * @param column of the tensor
         * @param rows of the parameter
         * @param columns of the parameter; 1 of a vector
         * @return the index within the parameter
         */
        long indexOf(int row, int column, int rows, int columns);

        /**
         * Rotary pairs side by side: llama.cpp turns elements 2 j and 2 j + 1 of a head for some families, where Hugging Face's files
         * have j and j + K / 2.
         *
         * @param heads that the rows are of
         */
        static RowOrder interleaved(int heads) {
            return (row, column, rows, columns) -> {
                int head = rows / heads; // K
                int within = row % head;
                int from = row - within + within / 2 + within % 2 * (head / 2);
                return (long) from * columns + column;
            };
        }

        /**
         * All queries, then all keys, then all values, of rows that have a head's query, key and value together.
         *
         * @param heads that the rows are of
         */
        static RowOrder ungrouped(int heads) {
            return (row, column, rows, columns) -> {
                int head = rows / heads / 3; // K
                int part = row / (heads * head);
                int of = row % (heads * head) / head;
                return (long) ((of * 3 + part) * head + row % head) * columns + column;
            };
        }
    }

    static GgufTensor of(String name, Parameter source) {
        return new GgufTensor(name, source, RowOrder.SAME, 0, List.of());
    }

    static GgufTensor computed(String name, List<Float> elements) {
        return new GgufTensor(name, null, RowOrder.SAME, 0, elements);
    }

    GgufTensor with(RowOrder other) {
        return new GgufTensor(name, source, other, added, computed);
    }

    GgufTensor plus(float term) {
        return new GgufTensor(name, source, order, term, computed);
    }

    /** Whether its elements stand as the parameter's do. */
    boolean same() {
        return order == RowOrder.SAME;
    }

    /** Dimensions, outermost first; llama.cpp counts them from the innermost. */
    List<Integer> shape() {
        if (source == null) {
            return List.of(computed.size());
        }
        List<Integer> shape = source.shape();
        return order == RowOrder.TRANSPOSED ? List.of(shape.get(1), shape.get(0)) : shape;
    }

    long elements() {
        return source == null ? computed.size() : source.size();
    }

    /** Elements of a row. */
    int columns() {
        return shape().get(shape().size() - 1);
    }

    /**
     * The index within the parameter of the tensor's element.
     *
     * @param row of the tensor; of a vector its element, and the column 0
     */
    long sourceIndex(int row, int column) {
        int columns = source.shape().size() == 1 ? 1 : source.shape().get(1);
        return order.indexOf(row, column, source.shape().get(0), columns);
    }
}
