package org.weft.core.batches;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.SplitMix64;
import org.weft.core.config.Architecture;
import org.weft.core.config.SpanLengths;
import org.weft.core.examples.Example;
import org.weft.core.tokens.Sentinels;

/**
 * Span corruption (Raffel et al. 2020, section 3.1.4): spans are cut out of a text, a token of their own stands in the place of
 * each, and the decoder writes what was cut out. How many tokens and spans that are is the same in every sequence, so that both sides
 * are as long in all of them; which ones is a function of the sample's key.
 *
 * <pre>
 *   text      t0 t1 t2 t3 t4 t5 t6 t7
 *   cut out         ^^ ^^       ^^ ^^
 *   read      t0 t1 X  t4 t5 Y  end
 *   written   X  t2 t3 Y  t6 t7 end
 * </pre>
 *
 * <p>As in the paper's code, what is left and what is cut out are each divided at random into as many parts as there are spans, which
 * then take turns; the text begins with what is left.
 */
record SpanCorruption(SpanLengths lengths, Sentinels sentinels) implements Objective {

    @Override
    public Batch batch(List<Chosen> chosen) throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Chosen one : chosen) {
            examples.add(example(one.windows().read(one.index()).tokens(), one.key()));
        }
        return PaddedBatch.of(examples, true);
    }

    /** @param text of at least as many tokens as are used */
    Example example(int[] text, long key) {
        int spans = lengths.spans();
        int[] cut = parts(lengths.noise(), spans, key, 0);
        int[] left = parts(lengths.tokens() - lengths.noise(), spans, key, lengths.noise());
        int[] source = new int[lengths.source()];
        int[] target = new int[lengths.target()];
        int from = 0;
        int read = 0;
        int written = 0;
        for (int span = 0; span < spans; span++) {
            System.arraycopy(text, from, source, read, left[span]);
            from += left[span];
            read += left[span];
            source[read++] = sentinels.ids().get(span);
            target[written++] = sentinels.ids().get(span);
            System.arraycopy(text, from, target, written, cut[span]);
            from += cut[span];
            written += cut[span];
        }
        source[read] = sentinels.end();
        target[written] = sentinels.end();
        return Example.answered(source, Architecture.DECODER_START, target);
    }

    /**
     * Lengths of parts of at least one that sum up to a number: each division of it is as likely, for the places where a part ends
     * are the first of a Fisher-Yates shuffle of all places.
     *
     * @param firstDraw of the key's, from which on this takes some
     */
    private static int[] parts(int items, int parts, long key, long firstDraw) {
        boolean[] ends = new boolean[items]; // after an item
        int[] places = new int[items - 1];
        for (int i = 0; i < places.length; i++) {
            places[i] = i;
        }
        for (int i = 0; i < parts - 1; i++) {
            int other = i + (int) (SplitMix64.uniform(key, firstDraw + i) * (places.length - i));
            int place = places[other];
            places[other] = places[i];
            ends[place] = true;
        }
        ends[items - 1] = true;
        int[] lengths = new int[parts];
        int part = 0;
        for (int item = 0; item < items; item++) {
            lengths[part]++;
            part += ends[item] ? 1 : 0;
        }
        return lengths;
    }
}
