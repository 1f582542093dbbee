package org.weft.tuning.task;

import java.io.Serializable;
import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;

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
}
