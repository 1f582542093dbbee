package org.weft.tuning.task;

import java.io.Serializable;
import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.corpus.tokenizer.TextTokenizer.Spans;

/** A text, or a pair of texts where {@code dataset.pair_column} is set. */
record TextInput(String textColumn, String pairColumn) implements Serializable {

    static TextInput of(DatasetConfig dataset) {
        return new TextInput(dataset.textColumn(), dataset.pairColumn());
    }

    List<String> columns() {
        return pairColumn.isEmpty() ? List.of(textColumn) : List.of(textColumn, pairColumn);
    }

    /** @param labels (K), or null */
    Encoded encode(Fields row, Encoder encoder, float[] labels, double weight) {
        int[] first = encoder.encode(row.text(textColumn));
        Framed framed = pairColumn.isEmpty()
                ? encoder.single(first, row)
                : encoder.pair(first, encoder.encode(row.text(pairColumn)), row);
        return Encoded.of(new Example(framed.tokens(), framed.secondStart(), null, labels, weight), framed.truncated());
    }

    /** The same sequence as {@link #encode} makes, with its places. */
    ReadText read(Fields row, Encoder encoder) {
        String text = row.text(textColumn);
        Spans first = encoder.encodeWithSpans(text);
        if (pairColumn.isEmpty()) {
            Framed framed = encoder.single(first.ids(), row);
            ReadText read = unplaced(text, framed);
            place(read, first, framed.firstStart(), framed.firstLength(), 0);
            return read;
        }
        String pair = row.text(pairColumn);
        Spans second = encoder.encodeWithSpans(pair);
        Framed framed = encoder.pair(first.ids(), second.ids(), row);
        ReadText read = unplaced(text + ReadText.BETWEEN + pair, framed);
        place(read, first, framed.firstStart(), framed.firstLength(), 0);
        place(read, second, framed.secondStart(), framed.secondLength(), text.length() + ReadText.BETWEEN.length());
        return read;
    }

    private static ReadText unplaced(String text, Framed framed) {
        int length = framed.tokens().length;
        return new ReadText(text, framed.tokens(), new int[length], new int[length]);
    }

    /** @param offset of the spans' text in the row's */
    private static void place(ReadText read, Spans spans, int at, int kept, int offset) {
        for (int i = 0; i < kept; i++) {
            read.starts()[at + i] = offset + spans.starts()[i];
            read.ends()[at + i] = offset + spans.ends()[i];
        }
    }
}
