package org.weft.corpus.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokens that are found in a text before it is cut: the leftmost, of those that begin at one place the longest. Safe for use
 * by many threads.
 */
final class AddedTokens {
    /**
     * One of them.
     *
     * @param blanksBefore whether white space before it is part of it
     * @param blanksBehind whether white space behind it is
     */
    record Token(int id, String content, boolean blanksBefore, boolean blanksBehind) {}

    static final int NONE = -1;

    private static final int ROOT = 0;

    private final LongTable edges = new LongTable(16); // node << 8 | byte to node
    private final List<Integer> tokenOfNode = new ArrayList<>(List.of(NONE));
    private final boolean[] begins = new boolean[256];
    private final Token[] tokens;
    private final int[] lengths;

    AddedTokens(List<Token> tokens) {
        this.tokens = tokens.toArray(new Token[0]);
        this.lengths = new int[tokens.size()];
        for (int i = 0; i < this.tokens.length; i++) {
            byte[] content = this.tokens[i].content().getBytes(StandardCharsets.UTF_8);
            lengths[i] = content.length;
            begins[content[0] & 0xFF] = true;
            int node = ROOT;
            for (byte b : content) {
                long next = edges.get(edge(node, b));
                if (next == LongTable.NONE) {
                    next = tokenOfNode.size();
                    edges.put(edge(node, b), next);
                    tokenOfNode.add(NONE);
                }
                node = (int) next;
            }
            tokenOfNode.set(node, i);
        }
    }

    private static long edge(int node, byte b) {
        return (long) node << 8 | b & 0xFF;
    }

    boolean isEmpty() {
        return tokens.length == 0;
    }

    Token token(int index) {
        return tokens[index];
    }

    /** Where the next byte stands with which one of them begins; {@code to} where none does. */
    int candidate(byte[] text, int from, int to) {
        int at = from;
        while (at < to && !begins[text[at] & 0xFF]) {
            at++;
        }
        return at;
    }

    /** Index of the longest that stands at a place; {@link #NONE} where none does. */
    int at(byte[] text, int from, int to) {
        int found = NONE;
        long node = ROOT;
        for (int i = from; i < to; i++) {
            node = edges.get(edge((int) node, text[i]));
            if (node == LongTable.NONE) {
                break;
            }
            int token = tokenOfNode.get((int) node);
            found = token == NONE ? found : token;
        }
        return found;
    }

    /** Bytes that a token's content has. */
    int length(int index) {
        return lengths[index];
    }
}
