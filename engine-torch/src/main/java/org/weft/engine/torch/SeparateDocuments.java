package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Documents;

/**
 * The documents of a batch whose tokens look at their own document alone, on the device. Attention is the fused operation all the
 * same, in one of two ways that give the same sums: once with a mask of (T, T), or once for each document, whose cost is the square
 * of the document's length instead of the sequence's. Which one is a function of the batch and the model's width alone.
 *
 * <p>B sequences, T tokens, N = B T rows, H heads, K width of a head, D width.
 *
 * @param positions (B, T), from 0 in each document
 * @param numbers (B, T), which of its sequence's documents a token is of
 */
record SeparateDocuments(Documents documents, int context, Tensor positions, Tensor numbers) {
    /** What a further call of the fused operation costs, forward and backward, as products of keys and queries of width 1. */
    private static final double CALL_PRODUCTS = 1 << 19;

    static Optional<SeparateDocuments> of(Batch batch, Device device) {
        if (batch.documents() == null) {
            return Optional.empty();
        }
        int context = batch.context();
        Documents documents = batch.documents();
        return Optional.of(new SeparateDocuments(
                documents,
                context,
                TokenTensors.onDevice(documents.positions(context), device, batch.sequences(), context),
                TokenTensors.onDevice(documents.numbers(context), device, batch.sequences(), context)));
    }

    /** Whether attention over each document alone costs less than over whole sequences with a mask, at a width D. */
    boolean cheaperAlone(long width) {
        double alone = 0;
        double whole = 0;
        for (int b = 0; b < documents.starts().length; b++) {
            whole += (double) context * context;
            for (int document = 0; document < documents.starts()[b].length; document++) {
                double length = documents.end(b, document, context) - documents.starts()[b][document];
                alone += length * length + CALL_PRODUCTS / width;
            }
        }
        return alone < whole;
    }

    /**
     * What each token may look at: of its own document all, or with {@code causal} what does not come after it.
     *
     * @return (B, 1, T, T), true where it may
     */
    Tensor mask(boolean causal) {
        Tensor same = numbers.unsqueeze(2).eq(numbers.unsqueeze(1)); // (B, T, T)
        if (causal) {
            Tensor places =
                    torch.arange(new Scalar((double) context)).to(numbers.device(), numbers.scalar_type()); // (T)
            same = same.logical_and(places.view(context, 1).ge(places.view(1, context))); // (B, T, T)
        }
        return same.unsqueeze(1); // (B, 1, T, T)
    }

    /** Queries, keys and values of one document. */
    @FunctionalInterface
    interface Attended {
        /** (1, H, n, K) and twice (1, G, n, K) to (1, H, n, K) */
        Tensor of(Tensor queries, Tensor keys, Tensor values);
    }

    /** One document after the other. (B, H, T, K) and twice (B, G, T, K) to (B, H, T, K) */
    Tensor oneByOne(Tensor queries, Tensor keys, Tensor values, Attended attended) {
        List<TensorVector> q = cut(queries);
        List<TensorVector> k = cut(keys);
        List<TensorVector> v = cut(values);
        TensorVector rows = new TensorVector(); // B of (1, H, T, K)
        for (int b = 0; b < q.size(); b++) {
            TensorVector parts = new TensorVector(); // of (1, H, n, K)
            for (long document = 0; document < q.get(b).size(); document++) {
                parts.push_back(attended.of(
                        q.get(b).get(document), k.get(b).get(document), v.get(b).get(document)));
            }
            rows.push_back(torch.cat(parts, 2)); // (1, H, T, K)
        }
        return torch.cat(rows, 0);
    }

    /** The documents of each sequence. Split and not narrowed: going back, a view of each would cost a tensor of the whole. */
    private List<TensorVector> cut(Tensor x) {
        TensorVector sequences = x.split(1, 0); // B of (1, H or G, T, K)
        List<TensorVector> cut = new ArrayList<>();
        for (int b = 0; b < documents.starts().length; b++) {
            long[] lengths = new long[documents.starts()[b].length];
            for (int document = 0; document < lengths.length; document++) {
                lengths[document] =
                        documents.end(b, document, context) - documents.starts()[b][document];
            }
            cut.add(sequences.get(b).split_with_sizes(lengths, 2)); // of (1, H or G, n, K)
        }
        return cut;
    }
}
