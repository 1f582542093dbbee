package org.weft.engine.sampling;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;

/**
 * The rows in which texts grow, and the logits of what follows each, as the model gives them: from a decoder's cache where it
 * holds what the model sees, else by a pass over that.
 *
 * @param decoder null to compute every token anew
 */
record TextRows(int count, int context, ModelReplica replica, Decoder decoder) {

    /** Begins a row anew. (V), logits of the token that follows the text. */
    float[] begin(int row, GrowingText text) {
        int[] seen = text.window(context);
        return decoder == null ? replica.nextTokenLogits(seen) : decoder.begin(row, seen);
    }

    /** The same with a word for each token of the text but its first. */
    float[] begin(int row, GrowingText text, LogitsListener listener) {
        int[] seen = text.window(context);
        return decoder.begin(row, seen, (position, logits) -> listener.token(seen[position + 1], logits));
    }

    /**
     * Reads on in some texts.
     *
     * @param parts the next tokens of each
     * @return (rows, V), logits of what follows each part
     */
    float[][] extend(int[] rows, int[][] parts) {
        return decoder.extend(rows, parts);
    }

    /**
     * Logits of the token that follows each text, which has grown by one token since the last call for its row.
     *
     * @param rows of the texts, each at most once
     * @return (rows, V)
     */
    float[][] follow(int[] rows, GrowingText[] texts) {
        float[][] logits = new float[rows.length][]; // (rows, V)
        int[] appended = IntStream.range(0, rows.length) // places in rows of those that have room
                .filter(i -> decoder != null && decoder.length(rows[i]) < context)
                .toArray();
        if (appended.length > 0) {
            float[][] next = decoder.append(
                    Arrays.stream(appended).map(i -> rows[i]).toArray(),
                    Arrays.stream(appended).map(i -> texts[i].last()).toArray()); // (appended, V)
            for (int i = 0; i < appended.length; i++) {
                logits[appended[i]] = next[i];
            }
        }
        for (int i = 0; i < rows.length; i++) {
            if (logits[i] == null) {
                logits[i] = begin(rows[i], texts[i]);
            }
        }
        return logits;
    }
}
