package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.WeftException;
import org.weft.engine.Decoder;
import org.weft.engine.PromptLogits;

/**
 * A decoder that keeps keys and values: a token costs one row of each block. Where positions are turned anew as a text grows,
 * what was kept is of no use, and the row begins again: its tokens are kept too.
 */
final class CachedDecoder implements Decoder {
    private static final int POSITIONS = 64;

    private final Transformer model;
    private final Device device;
    private final int vocabSize;
    private final int context;
    private final KeyValueCache cache;
    private final PrefixCache prefixes;
    private final int mostKept;
    private final Runnable ownerCheck;
    private final int[][] texts; // each row's tokens and room for more

    /** @param ownerCheck throws on a thread that is not the replica's, and when the replica is closed */
    CachedDecoder(
            Transformer model,
            Device device,
            int vocabSize,
            KeyValueCache cache,
            PrefixCache prefixes,
            Runnable ownerCheck) {
        this.model = model;
        this.device = device;
        this.vocabSize = vocabSize;
        this.context = cache.limit();
        this.cache = cache;
        this.prefixes = prefixes;
        this.mostKept = prefixes.most(cache);
        this.ownerCheck = ownerCheck;
        this.texts = new int[cache.rows()][0];
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
        texts[row] = tokens.clone();
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            cache.reserve(tokens.length);
            TokenTensors prompt = TokenTensors.prompt(tokens, vocabSize, device);
            Tensor x = forward(prompt, Pass.following(null, cache.beginning(row), tokens.length)); // (1, T, D)
            cache.setLength(row, tokens.length);
            if (told != null) {
                tell(told, x, tokens.length - 1);
            }
            return logits(x.narrow(1, tokens.length - 1L, 1))[0];
        }
    }

    /** Where positions are turned otherwise in a text as long as that, its first tokens are not those of a shorter one. */
    @Override
    public boolean readsInPieces(int tokens) {
        return !model.turnsAnew(tokens) && !model.isScaledAnew(tokens);
    }

    @Override
    public int kept(int[] text) {
        return mostKept > 0 ? prefixes.length(text) : -1;
    }

    @Override
    public int mostKept() {
        return mostKept;
    }

    @Override
    public int recall(int row, int[] text) {
        ownerCheck.run();
        requireFits(row, text.length);
        texts[row] = text.clone();
        cache.reserve(text.length);
        try (AutoGradMode off = new AutoGradMode(false)) {
            return prefixes.read(text, cache, row);
        }
    }

    @Override
    public void remember(int row) {
        ownerCheck.run();
        if (mostKept > 0) {
            try (AutoGradMode off = new AutoGradMode(false)) {
                prefixes.write(Arrays.copyOf(texts[row], cache.length(row)), cache, row);
            }
        }
    }

    @Override
    public float[][] extend(int[] rows, int[][] tokens) {
        ownerCheck.run();
        int[] counts = Arrays.stream(tokens).mapToInt(each -> each.length).toArray();
        int width = Arrays.stream(counts).max().orElseThrow(); // T
        int[] inputs = new int[rows.length * width]; // filled up with token 0
        long[] places = new long[rows.length * width];
        long[] last = new long[rows.length]; // of each row's tokens, among all
        int longest = 0;
        for (int i = 0; i < rows.length; i++) {
            int held = cache.length(rows[i]);
            requireFits(rows[i], held + counts[i]);
            longest = Math.max(longest, held + counts[i]);
            keep(rows[i], tokens[i]);
            System.arraycopy(tokens[i], 0, inputs, i * width, counts[i]);
            for (int t = 0; t < width; t++) {
                places[i * width + t] = Math.min(held + t, context - 1);
            }
            last[i] = (long) i * width + counts[i] - 1;
        }
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            cache.reserve(longest);
            TokenTensors batch = TokenTensors.sequences(inputs, width, vocabSize, device);
            Tensor at = Tensor.create(places, rows.length, width).to(device, ScalarType.Long); // (B, T)
            Tensor x =
                    forward(batch, Pass.following(at, new Continuation(cache, rows, counts, at), longest)); // (B, T, D)
            Tensor ends = Tensor.create(last).to(device, ScalarType.Long); // (B)
            Tensor chosen = x.reshape(-1, x.size(2)).index_select(0, ends); // (B, D)
            float[][] logits = logits(chosen.view(rows.length, 1, -1));
            for (int i = 0; i < rows.length; i++) { // Last: rows of a pass that failed hold what they held.
                cache.setLength(rows[i], cache.length(rows[i]) + counts[i]);
            }
            return logits;
        }
    }

    /** Writes tokens behind their row's text. */
    private void keep(int row, int[] tokens) {
        int length = cache.length(row);
        if (length + tokens.length > texts[row].length) {
            texts[row] = Arrays.copyOf(texts[row], Math.min(context, 2 * (length + tokens.length)));
        }
        System.arraycopy(tokens, 0, texts[row], length, tokens.length);
    }

    @Override
    public float[][] append(int[] rows, int[] tokens) {
        ownerCheck.run();
        float[][] logits = new float[rows.length][];
        List<Integer> going = new ArrayList<>();
        List<Integer> scaled = new ArrayList<>(); // turned as texts beyond the original context are
        for (int i = 0; i < rows.length; i++) {
            int length = cache.length(rows[i]);
            if (length == 0) {
                throw new IllegalArgumentException("row " + rows[i] + " has not begun");
            }
            requireFits(rows[i], length + 1);
        }
        for (int i = 0; i < rows.length; i++) {
            int length = keep(rows[i], tokens[i]);
            if (model.turnsAnew(length)) {
                logits[i] = begin(rows[i], Arrays.copyOf(texts[rows[i]], length));
            } else {
                (model.isScaledAnew(length) ? scaled : going).add(i);
            }
        }
        appendTogether(rows, tokens, going, logits);
        appendTogether(rows, tokens, scaled, logits);
        return logits;
    }

    /** Writes a token behind its row's text, and gives the text's length. */
    private int keep(int row, int token) {
        int length = cache.length(row);
        if (length == texts[row].length) {
            texts[row] = Arrays.copyOf(texts[row], Math.min(context, 2 * length));
        }
        texts[row][length] = token;
        return length + 1;
    }

    /** @param chosen indices of those that are turned alike */
    private void appendTogether(int[] rows, int[] tokens, List<Integer> chosen, float[][] logits) {
        if (chosen.isEmpty()) {
            return;
        }
        int[] together = chosen.stream().mapToInt(i -> rows[i]).toArray();
        int[] next = chosen.stream().mapToInt(i -> tokens[i]).toArray();
        long[] positions = IntStream.of(together).mapToLong(cache::length).toArray(); // (B)
        int longest = 1 + (int) LongStream.of(positions).max().orElse(0);
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            cache.reserve(longest);
            TokenTensors inputs = TokenTensors.singles(next, vocabSize, device);
            Tensor at = Tensor.create(positions).to(device, ScalarType.Long); // (B)
            Tensor x = forward(inputs, Pass.following(at, cache.next(together), longest)); // (B, 1, D)
            float[][] found = logits(x); // (B, V)
            for (int row : together) { // Last: rows of a pass that failed hold what they held.
                cache.setLength(row, cache.length(row) + 1);
            }
            for (int i = 0; i < found.length; i++) {
                logits[chosen.get(i)] = found[i];
            }
        }
    }

    @Override
    public void reorder(int[] sources) {
        ownerCheck.run();
        cache.reorder(sources);
        int[][] held = texts.clone();
        for (int row = 0; row < sources.length; row++) {
            texts[row] = held[sources[row]].clone();
        }
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
        prefixes.close();
        cache.close();
    }
}
