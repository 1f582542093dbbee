package org.weft.corpus.tokenizer.bpe;

import java.io.IOException;

/**
 * Encodes texts with a {@link ByteLevelBpe}. What it keeps does not grow with the texts: the cache and the buffer have their
 * sizes, only a piece that cannot be cut takes room by its length. Owned by one thread.
 */
final class BpeEncoder {
    private static final int CACHE_BITS = 15; // 2 MiB: about what a core's second cache holds
    private static final int CUTS = 1024;
    private static final int BUFFER = 1 << 14;
    private static final int SHORT_PIECE =
            2 * TokenCache.MOST_BYTES; // ids of it, and what the cache writes behind them

    private final ByteLevelBpe bpe;
    private final PreTokenizer preTokenizer;
    private final TokenCache cache = new TokenCache(CACHE_BITS);
    private final TokenBoundaries boundaries;
    private final MergeLoop merges;
    private final long partKey; // what parts of pre-tokens have in the cache apart from whole ones
    private final int[] cuts = new int[CUTS];
    private final byte[] tail = new byte[2 * TokenCache.READ_BYTES];

    private TokenSink sink;
    private int[] ids = new int[BUFFER];
    private int size;

    BpeEncoder(ByteLevelBpe bpe) {
        this.bpe = bpe;
        this.preTokenizer = bpe.preTokenizer();
        this.boundaries = bpe.boundaries();
        this.merges = new MergeLoop(bpe.merges());
        this.partKey = bpe.wholeWords() == null ? 0 : TokenCache.PART;
    }

    /** Encodes a text, UTF-8. */
    void encode(byte[] text, ByteLevelBpe.Found added, TokenSink to) throws IOException {
        sink = to;
        try {
            asItStands(text, added);
            flush();
        } finally {
            sink = null;
            size = 0;
        }
    }

    private void flush() throws IOException {
        if (size > 0) {
            sink.accept(ids, size);
            size = 0;
        }
    }

    /** Cuts the text where tokens stand that are found in it as it is. */
    private void asItStands(byte[] text, ByteLevelBpe.Found added) throws IOException {
        int start = 0;
        for (Occurrence token = next(added.before(), text, 0, 0, text.length);
                token != null;
                token = next(added.before(), text, token.resume, token.end, text.length)) {
            normalized(text, start, token.start, added.behind());
            write(token.id);
            start = token.end;
        }
        normalized(text, start, text.length, added.behind());
    }

    private void normalized(byte[] text, int from, int to, AddedTokens added) throws IOException {
        if (from >= to) {
            return;
        }
        if (bpe.canonical() && !CanonicalForm.isGiven(text, from, to)) {
            byte[] composed = CanonicalForm.of(text, from, to);
            pieces(composed, 0, composed.length, added);
        } else {
            pieces(text, from, to, added);
        }
    }

    private void pieces(byte[] text, int from, int to, AddedTokens added) throws IOException {
        int start = from;
        for (Occurrence token = next(added, text, from, from, to);
                token != null;
                token = next(added, text, token.resume, token.end, to)) {
            piece(text, start, token.start);
            write(token.id);
            start = token.end;
        }
        piece(text, start, to);
    }

    /** An added token in a text, from and to where it takes white space in; the next is looked for behind its content. */
    private record Occurrence(int id, int start, int end, int resume) {}

    private Occurrence next(AddedTokens added, byte[] text, int from, int behind, int to) {
        if (added.isEmpty()) {
            return null;
        }
        for (int at = added.candidate(text, from, to); at < to; at = added.candidate(text, at + 1, to)) {
            int index = added.at(text, at, to);
            if (index != AddedTokens.NONE) {
                AddedTokens.Token token = added.token(index);
                int end = at + added.length(index);
                int first = token.blanksBefore() ? Math.max(behind, blanksBefore(text, behind, at)) : at;
                int last = token.blanksBehind() ? preTokenizer.run(text, end, to, PreTokenizer.SPACES) : end;
                return new Occurrence(token.id(), first, last, end);
            }
        }
        return null;
    }

    private int blanksBefore(byte[] text, int from, int to) {
        int at = to;
        while (at > from) {
            int start = TokenBoundaries.start(text, at, from);
            if (!PreTokenizer.isIn(PreTokenizer.SPACES, preTokenizer.at(text, start, to))) {
                break;
            }
            at = start;
        }
        return at;
    }

    private void write(int id) throws IOException {
        room(1);
        ids[size++] = id;
    }

    /** Room for so many ids, and for those of one short piece more. Hands on what there is where it has to. */
    private void room(int count) throws IOException {
        if (size + count + SHORT_PIECE > ids.length) {
            flush();
            if (count + SHORT_PIECE > ids.length) {
                ids = new int[count + SHORT_PIECE];
            } else if (ids.length > BUFFER) {
                ids = new int[BUFFER]; // after a piece that was longer than usual
            }
        }
    }

    private void piece(byte[] text, int from, int to) throws IOException {
        if (from >= to) {
            return;
        }
        ByteLevelBpe.Blank blank = bpe.blankBefore();
        if (blank == ByteLevelBpe.Blank.ALWAYS || blank == ByteLevelBpe.Blank.WHERE_NONE_IS && text[from] != ' ') {
            byte[] begun = new byte[to - from + 1];
            begun[0] = ' ';
            System.arraycopy(text, from, begun, 1, to - from);
            preTokens(begun, 0, begun.length);
        } else {
            preTokens(text, from, to);
        }
    }

    private void preTokens(byte[] text, int from, int to) throws IOException {
        int start = from;
        while (start < to) {
            int count = preTokenizer.cut(text, start, to, cuts);
            room(count * TokenCache.MOST_IDS);
            start = encodeCuts(text, start, count);
        }
    }

    /** Encodes the pieces that have been cut, most of them out of the cache; returns where the last one ends. */
    private int encodeCuts(byte[] text, int from, int count) throws IOException {
        TokenCache known = cache;
        int start = from;
        for (int i = 0; i < count; i++) {
            int end = cuts[i];
            int length = end - start;
            if (length <= TokenCache.MOST_BYTES && start + TokenCache.READ_BYTES <= text.length) {
                long first = known.first(text, start, length);
                long second = known.second(text, start, length);
                int found = known.find(first, second);
                if (found != TokenCache.NONE) {
                    size = known.write(found, ids, size);
                    start = end;
                    continue;
                }
            }
            if (length <= TokenCache.MOST_BYTES) {
                shortPreToken(text, start, end);
            } else {
                longPreToken(text, start, end);
            }
            room((count - i) * TokenCache.MOST_IDS);
            start = end;
        }
        return start;
    }

    /** One that was not met before, or stands where its array ends. There is room for its ids. */
    private void shortPreToken(byte[] text, int from, int to) {
        int length = to - from;
        byte[] key = text;
        int at = from;
        if (from + TokenCache.READ_BYTES > text.length) {
            System.arraycopy(text, from, tail, 0, length);
            key = tail;
            at = 0;
        }
        long first = cache.first(key, at, length);
        long second = cache.second(key, at, length);
        int found = cache.find(first, second);
        if (found != TokenCache.NONE) {
            size = cache.write(found, ids, size);
            return;
        }
        int before = size;
        int whole = wholeWord(text, from, to);
        if (whole != WholeWords.NONE) {
            ids[size++] = whole;
        } else {
            shortParts(text, from, to);
        }
        cache.put(first, second, ids, before, size);
    }

    /** One that no entry of the cache has room for; its parts may be there. */
    private void longPreToken(byte[] text, int from, int to) throws IOException {
        int whole = wholeWord(text, from, to);
        if (whole != WholeWords.NONE) {
            write(whole);
            return;
        }
        for (int start = from; start < to; ) {
            int end = partEnd(text, start, from, to);
            int length = end - start;
            room(length);
            if (length > TokenCache.MOST_BYTES || start + TokenCache.READ_BYTES > text.length) {
                merge(text, start, end);
            } else {
                part(text, start, end);
            }
            start = end;
        }
    }

    /** There is room for their ids. */
    private void shortParts(byte[] text, int from, int to) {
        int end = partEnd(text, from, from, to);
        if (end == to || from + 2 * TokenCache.READ_BYTES > text.length) {
            merge(text, from, to);
            return;
        }
        part(text, from, end);
        while (end < to) {
            int start = end;
            end = partEnd(text, start, from, to);
            part(text, start, end);
        }
    }

    private void part(byte[] text, int from, int to) {
        long first = cache.first(text, from, to - from);
        long second = cache.second(text, from, to - from) ^ partKey;
        int found = cache.find(first, second);
        if (found != TokenCache.NONE) {
            size = cache.write(found, ids, size);
            return;
        }
        int before = size;
        merge(text, from, to);
        cache.put(first, second, ids, before, size);
    }

    private int wholeWord(byte[] text, int from, int to) {
        return bpe.wholeWords() == null ? WholeWords.NONE : bpe.wholeWords().id(text, from, to);
    }

    /** Where the part that begins at {@code start} ends: before the next place that no merge reaches across. */
    private int partEnd(byte[] text, int start, int from, int to) {
        int end = start + 1;
        while (end < to && (TokenBoundaries.continues(text[end]) || boundaries.crossedAt(text, end, from, to))) {
            end++;
        }
        return end;
    }

    private void merge(byte[] text, int from, int to) {
        int[] bytes = bpe.bytes();
        for (int i = from; i < to; i++) {
            ids[size + i - from] = bytes[text[i] & 0xFF];
        }
        size = merges.merge(ids, size, size + to - from);
    }
}
