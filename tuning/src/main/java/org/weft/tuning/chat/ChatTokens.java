package org.weft.tuning.chat;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.corpus.tokenizer.TextTokenizer;

/**
 * A conversation's tokens. Segments are encoded one by one, so that no token is half the assistant's, and a prompt's
 * tokens are the beginning of those that the whole conversation has.
 *
 * @param ids all of them
 * @param response bit i: token i is of a segment that is the assistant's to say
 */
public record ChatTokens(int[] ids, BitSet response) {

    public static ChatTokens of(TextTokenizer tokenizer, List<ChatSegment> segments) {
        int[][] encoded =
                tokenizer.encode(segments.stream().map(ChatSegment::text).toList());
        BitSet response = new BitSet();
        int at = 0;
        for (int i = 0; i < encoded.length; i++) {
            response.set(at, at + encoded[i].length, segments.get(i).response());
            at += encoded[i].length;
        }
        int[] ids = IntStream.range(0, encoded.length)
                .flatMap(i -> IntStream.of(encoded[i]))
                .toArray();
        return new ChatTokens(ids, response);
    }
}
