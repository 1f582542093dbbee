package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;

/**
 * More pre-training: every token of a text and the end-of-text after it is learnt, but the first. A longer text becomes
 * several examples, which share one token, so that none is lost.
 */
record TextTask(String textColumn) implements UnjudgedTask {

    TextTask(DatasetConfig dataset) {
        this(dataset.textColumn());
    }

    /** The first of {@link #encodeAll}. */
    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        return encodeAll(row, encoder, labelled).get(0);
    }

    @Override
    public List<Encoded> encodeAll(Fields row, Encoder encoder, boolean labelled) {
        int[] text = encoder.encode(row.text(textColumn));
        int[] end = {encoder.tokenizer().endOfText()};
        if (text.length == 0) {
            return List.of(new Encoded(
                    new Example(end, 1, new int[] {Example.IGNORED}, null, 0), false, "their text has no token", null));
        }
        int[] ids = Encoder.join(encoder.before(), text, end);
        encoder.cut(ids.length - 1 > encoder.maxLength(), ids.length - 1, row);
        List<Encoded> windows = new ArrayList<>();
        for (int from = 0; from < ids.length - 1; from += encoder.maxLength()) {
            int to = Math.min(from + encoder.maxLength(), ids.length - 1);
            int[] tokens = Arrays.copyOfRange(ids, from, to);
            int[] targets = Arrays.copyOfRange(ids, from + 1, to + 1);
            windows.add(Encoded.of(new Example(tokens, tokens.length, targets, null, tokens.length), false));
        }
        return windows;
    }

    @Override
    public WeftException nothingToJudge() {
        return WeftException.usage(
                "finetune.task=text has no answers to compare", "evaluate its loss with --input TEXT");
    }
}
