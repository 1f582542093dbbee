package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Keys and values of how texts began, so that texts which begin alike need not have them computed again. They are kept in
 * pieces of {@link #PIECE} tokens, each once, however many texts go on behind it (Kwon et al. 2023, vLLM, section 4.4): a piece is
 * known by its tokens and by the piece before it. The bytes are bounded; what was not used for longest goes first, and the
 * end of a text before its beginning. Owned by the replica's thread.
 *
 * <p>L blocks, G heads of keys and values, K width of a head.
 */
final class PrefixCache implements AutoCloseable {
    /** Tokens. */
    static final int PIECE = 32;

    private final long limitBytes;
    private final Map<Key, Piece> pieces = new LinkedHashMap<>(16, 0.75f, true); // the one used last is the last
    private long bytes;

    /** @param limitBytes 0 to keep nothing */
    PrefixCache(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Some tokens behind others. @param before null for those that a text begins with */
    private record Key(Piece before, int[] tokens) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && before == key.before && Arrays.equals(tokens, key.tokens);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(before) + Arrays.hashCode(tokens);
        }
    }

    /** Keys and values (2 L, PIECE, G, K): a block's keys, its values, the next block's keys. */
    private static final class Piece {
        private final Key key;
        private final Tensor all;

        Piece(Key key, Tensor all) {
            this.key = key;
            this.all = all;
        }

        long bytes() {
            return all.numel() * Float.BYTES;
        }
    }

    /** First tokens of one text that the bound has room for; 0 where nothing is ever kept. */
    int most(KeyValueCache cache) {
        return PIECE * (int) Math.min(Integer.MAX_VALUE / PIECE, limitBytes / bytesOfPiece(cache));
    }

    /** How many of a text's first tokens are kept; at least the last one of the text is not among them. */
    int length(int[] text) {
        return PIECE * find(text, text.length - 1).size();
    }

    /** The pieces that a text begins with, of its first tokens alone. */
    private List<Piece> find(int[] text, int most) {
        List<Piece> found = new ArrayList<>();
        Piece before = null;
        for (int from = 0; from + PIECE <= most; from += PIECE) {
            before = pieces.get(new Key(before, Arrays.copyOfRange(text, from, from + PIECE)));
            if (before == null) {
                break;
            }
            found.add(before);
        }
        used(found);
        return found;
    }

    /**
     * Gives a row the keys and values that its text begins with.
     *
     * @param cache with room for the text
     * @return tokens that the row holds then
     */
    int read(int[] text, KeyValueCache cache, int row) {
        List<Piece> found = find(text, text.length - 1);
        int tokens = PIECE * found.size();
        if (!found.isEmpty()) {
            try (PointerScope scope = new PointerScope()) {
                TensorVector parts = new TensorVector();
                found.forEach(piece -> parts.push_back(piece.all));
                Tensor all = torch.cat(parts, 1); // (2 L, S, G, K)
                for (int i = 0; i < cache.tensors(); i++) {
                    cache.kept(i).select(0, row).narrow(0, 0, tokens).copy_(all.select(0, i));
                }
            }
        }
        cache.setLength(row, tokens);
        return tokens;
    }

    /**
     * Keeps what a row holds of a text, as far as whole pieces go and the bound allows. Where memory does not suffice for
     * all of it, what was copied by then stays.
     */
    void write(int[] text, KeyValueCache cache, int row) {
        List<Piece> held = find(text, text.length);
        long size = bytesOfPiece(cache);
        int from = PIECE * held.size();
        int to = Math.min(PIECE * (text.length / PIECE), most(cache));
        try {
            for (int at = from; at < to; at += PIECE) {
                evict(size); // None of this text: what it begins with was used last, and all of it is within the bound.
                Piece before = held.isEmpty() ? null : held.get(held.size() - 1);
                Key key = new Key(before, Arrays.copyOfRange(text, at, at + PIECE));
                Piece piece = new Piece(key, copied(cache, row, at));
                pieces.put(key, piece);
                bytes += piece.bytes();
                held.add(piece);
            }
        } finally {
            used(held);
        }
    }

    /** A text's beginning is of use to more than its end: it goes later. */
    private void used(List<Piece> ofText) {
        for (int i = ofText.size() - 1; i >= 0; i--) {
            pieces.get(ofText.get(i).key);
        }
    }

    private static long bytesOfPiece(KeyValueCache cache) {
        return PIECE * cache.elementsOfToken() * Float.BYTES;
    }

    /** (2 L, PIECE, G, K) of a row, from one of its tokens on; past the scopes of its callers. */
    private static Tensor copied(KeyValueCache cache, int row, int from) {
        try (PointerScope scope = new PointerScope()) {
            TensorVector parts = new TensorVector();
            for (int i = 0; i < cache.tensors(); i++) {
                parts.push_back(
                        cache.kept(i).select(0, row).narrow(0, from, PIECE).unsqueeze(0));
            }
            Tensor own = torch.cat(parts, 0);
            own.retainReference();
            return own;
        }
    }

    /** Makes room. */
    private void evict(long more) {
        while (bytes + more > limitBytes) {
            Map.Entry<Key, Piece> eldest = pieces.entrySet().iterator().next();
            pieces.remove(eldest.getKey());
            bytes -= eldest.getValue().bytes();
            eldest.getValue().all.releaseReference();
        }
    }

    /** What is kept now. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        pieces.values().forEach(piece -> piece.all.releaseReference());
        pieces.clear();
        bytes = 0;
    }
}
