package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.model.EncoderFamily;

/**
 * What is looked up for each token: its own embedding, and in some families that of its position and of its segment. The
 * gradient is written down rather than recorded, so that it is added to in place and never held as a dense matrix of
 * its own.
 *
 * <p>B sequences, T tokens, N = B T rows, D width, V vocabulary, C longest context, S segment types.
 */
final class Embeddings {
    private final Tensor tokens; // (V, D)
    private final Tensor tokenGradient; // (V, D), or null where nothing of it learns
    private final Tensor positions; // (C, D), or null; a view of the table without rows that none reads
    private final Tensor positionGradient; // (C, D), or null
    private final Tensor types; // (S, D), or null
    private final Tensor typeGradient; // (S, D), or null

    /**
     * @param position name of the table of positions; null for none
     * @param first row of it that a text's first token has
     * @param type null for none
     */
    private Embeddings(FlatTensors flat, String token, String position, int first, String type) {
        tokens = flat.parameter(token);
        tokenGradient = flat.gradient(token);
        positions = position == null ? null : from(first, flat.parameter(position));
        positionGradient = position == null ? null : from(first, flat.gradient(position));
        types = type == null ? null : flat.parameter(type);
        typeGradient = type == null ? null : flat.gradient(type);
    }

    /** A view of the rows of a table, or of null. */
    private static Tensor from(int first, Tensor table) {
        return table == null || first == 0 ? table : table.detach().narrow(0, first, table.size(0) - first);
    }

    static Embeddings ofTokens(FlatTensors flat, String token) {
        return new Embeddings(flat, token, null, 0, null);
    }

    static Embeddings withPositions(FlatTensors flat, String token, String position) {
        return new Embeddings(flat, token, position, 0, null);
    }

    static Embeddings ofEncoder(FlatTensors flat, EncoderFamily family) {
        String table = family.embeddings();
        return new Embeddings(
                flat,
                table + "word_embeddings.weight",
                table + "position_embeddings.weight",
                family.firstPosition(),
                family.typed() ? table + "token_type_embeddings.weight" : null);
    }

    /**
     * Without gradient.
     *
     * @param at (B), where each sequence's one token stands, or (B, T); null where sequences are counted from 0 on
     * @return (B, T, D)
     */
    Tensor lookUp(TokenTensors batch, Tensor at) {
        Tensor x = tokens.index_select(0, batch.inputs()).view(batch.sequences(), batch.context(), -1); // (B, T, D)
        if (positions != null) {
            Tensor places = at == null
                    ? positions.narrow(0, 0, batch.context()) // (T, D)
                    : positions.index_select(0, at.view(-1)).view(batch.sequences(), -1, x.size(2)); // (B, T, D)
            x.add_(places);
        }
        if (types != null) {
            x.add_(batch.types()
                    .map(segments -> types.index_select(0, segments).view(x.sizes())) // (B, T, D)
                    .orElseGet(() -> types.narrow(0, 0, 1))); // (1, D)
        }
        return x;
    }

    /** Whether anything of it learns. */
    boolean learns() {
        return tokenGradient != null;
    }

    /**
     * Adds the parameters' gradients.
     *
     * @param at what {@link #lookUp} was given
     * @param gradient that of what it gave, (B, T, D)
     */
    void backward(TokenTensors batch, Tensor at, Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = gradient.reshape(-1, gradient.size(2)); // (N, D)
            tokenGradient.index_add_(0, batch.inputs(), rows); // (V, D)
            if (positions != null && at != null) {
                positionGradient.index_add_(0, at.view(-1), rows); // (C, D)
            } else if (positions != null) {
                positionGradient.narrow(0, 0, batch.context()).add_(gradient.sum(0)); // (T, D)
            }
            if (types != null) {
                batch.types()
                        .ifPresentOrElse(
                                segments -> typeGradient.index_add_(0, segments, rows), // (S, D)
                                () -> typeGradient.narrow(0, 0, 1).add_(rows.sum(0))); // (1, D)
            }
        }
    }
}
