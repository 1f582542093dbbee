package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.WeftException;
import org.weft.engine.Decoder;
import org.weft.engine.PromptLogits;

/** A decoder that keeps keys and values: a token costs one row of each block. */
final class CachedDecoder implements Decoder {
    private static final int POSITIONS = 64;

    private final Transformer model;
    private final Device device;
    private final int vocabSize;
    private final int context;
    private final KeyValueCache cache;
    private final Runnable ownerCheck;

    /** @param ownerCheck throws on a thread that is not the replica's, and when the replica is closed */
    CachedDecoder(Transformer model, Device device, int vocabSize, KeyValueCache cache, Runnable ownerCheck) {
        this.model = model;
        this.device = device;
        this.vocabSize = vocabSize;
        this.context = cache.limit();
        this.cache = cache;
        this.ownerCheck = ownerCheck;
    }

    @Override
    public int rows() {
        return cache.rows();
    }

    @Override
    public int length(int row) {
        return cache.length(row);
    }

    @Override
    public float[] begin(int row, int[] tokens) {
        return begin(row, tokens, null);
    }

    @Override
    public float[] begin(int row, int[] tokens, PromptLogits told) {
        ownerCheck.run();
        requireFits(row, tokens.length);
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            cache.reserve(tokens.length);
            TokenTensors prompt = TokenTensors.prompt(tokens, vocabSize, device);
            Tensor x = forward(prompt, Pass.following(null, cache.beginning(row))); // (1, T, D)
            cache.setLength(row, tokens.length);
            if (told != null) {
                tell(told, x, tokens.length - 1);
            }
            return logits(x.narrow(1, tokens.length - 1L, 1))[0];
        }
    }

    @Override
    public float[][] append(int[] rows, int[] tokens) {
        ownerCheck.run();
        long[] positions = new long[rows.length]; // (B)
        int longest = 0;
        for (int i = 0; i < rows.length; i++) {
            int length = cache.length(rows[i]);
            if (length == 0) {
                throw new IllegalArgumentException("row " + rows[i] + " has not begun");
            }
            requireFits(rows[i], length + 1);
            positions[i] = length;
            longest = Math.max(longest, length + 1);
        }
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            cache.reserve(longest);
            TokenTensors next = TokenTensors.singles(tokens, vocabSize, device);
            Tensor at = Tensor.create(positions).to(device, ScalarType.Long); // (B)
            Tensor x = forward(next, Pass.following(at, cache.next(rows))); // (B, 1, D)
            for (int row : rows) {
                cache.setLength(row, cache.length(row) + 1);
            }
            return logits(x);
        }
    }

    @Override
    public void reorder(int[] sources) {
        ownerCheck.run();
        cache.reorder(sources);
    }

    /** Some positions at once: a whole prompt's logits may be larger than the model. */
    private void tell(PromptLogits told, Tensor x, int positions) {
        for (int start = 0; start < positions; start += POSITIONS) {
            try (PointerScope scope = new PointerScope()) {
                float[][] logits = logits(x.narrow(1, start, Math.min(POSITIONS, positions - start))); // (positions, V)
                for (int i = 0; i < logits.length; i++) {
                    told.at(start + i, logits[i]);
                }
            }
        }
    }

    private Tensor forward(TokenTensors tokens, Pass pass) {
        Tensor x = model.embeddings().lookUp(tokens, pass.positions()); // (B, T, D)
        if (model.hasStem(pass.dropout())) {
            x = model.stem(x, pass.dropout()); // (B, T, D)
        }
        for (int block = 0; block < model.blocks(); block++) {
            x = model.block(block, x, pass).states(); // (B, T, D)
        }
        return x;
    }

    private float[][] logits(Tensor x) {
        Tensor crowned = model.crown(x.reshape(-1, x.size(2))); // (B, D)
        return Logits.toHost(model.head().logitsOf(crowned)); // (B, V)
    }

    private void requireFits(int row, int length) {
        if (length < 1 || length > context) {
            throw WeftException.invalidData(
                    "row " + row + " of " + length + " tokens does not fit model.context=" + context,
                    "begin the row again with its last tokens");
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
