package org.weft.engine.torch;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.model.T5Family;

/**
 * Sequences of a text that is read and one that is written, so that each begins at the same place in all of them:
 *
 * <pre>
 *   before   | source | target     | padding |        after   | source | padding    | target          |
 *            | source               | target |                | source              | target | padding |
 *   0                                        T'       0                             S              S + T
 * </pre>
 *
 * @param batch the same with S + T tokens a sequence, of which nothing else says where they are filled up
 * @param source S, tokens of the longest source
 * @param sourceLengths (B), tokens of each source
 */
record AlignedBatch(Batch batch, int source, int[] sourceLengths) {

    /** @throws IllegalArgumentException where a sequence has no second segment, or no first */
    static AlignedBatch of(Batch batch) {
        int sequences = batch.sequences();
        int[] seconds = batch.seconds();
        int[] lengths = batch.lengths();
        for (int b = 0; b < sequences; b++) {
            if (seconds[b] < 1 || seconds[b] >= lengths[b]) {
                throw new IllegalArgumentException("sequence " + b + " of " + lengths[b]
                        + " tokens has its second segment at " + seconds[b] + ": one text is read, another written");
            }
        }
        int source = Arrays.stream(seconds).max().orElseThrow(); // S
        int target = IntStream.range(0, sequences)
                .map(b -> lengths[b] - seconds[b])
                .max()
                .orElseThrow(); // T
        int context = source + target;
        int[] inputs = new int[sequences * context]; // (B, S + T)
        int[] targets = new int[sequences * context]; // (B, S + T)
        Arrays.fill(targets, Batch.IGNORED);
        int[] asked = batch.targets();
        for (int b = 0; b < sequences; b++) {
            int from = b * batch.context();
            int to = b * context;
            int written = lengths[b] - seconds[b];
            System.arraycopy(batch.inputs(), from, inputs, to, seconds[b]);
            System.arraycopy(batch.inputs(), from + seconds[b], inputs, to + source, written);
            System.arraycopy(asked, from + seconds[b], targets, to + source, written);
        }
        int[] starts = new int[sequences]; // (B)
        Arrays.fill(starts, source);
        Batch aligned = new Batch(sequences, context, inputs, starts, new Targets.Tokens(targets));
        return new AlignedBatch(aligned, source, seconds);
    }

    /** One sequence of a text, and the tokens of another that are written so far. */
    static AlignedBatch of(int[] source, int[] answer) {
        int context = source.length + 1 + answer.length;
        int[] inputs = Arrays.copyOf(source, context);
        inputs[source.length] = T5Family.DECODER_START;
        System.arraycopy(answer, 0, inputs, source.length + 1, answer.length);
        int[] targets = new int[context];
        Arrays.fill(targets, Batch.IGNORED);
        return of(new Batch(1, context, inputs, new int[] {source.length}, new Targets.Tokens(targets)));
    }
}
