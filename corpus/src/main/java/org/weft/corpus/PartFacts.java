package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.corpus.source.BadRecord;
import org.weft.corpus.text.Tally;

/**
 * What is known of a part that was read; stands at the end of its file.
 *
 * @param records that were in the input, bad ones included
 * @param documents that were kept
 * @param textBytes of the documents, in UTF-8
 * @param dataBytes of the part's file, before these facts
 * @param replaced unpaired surrogates that became U+FFFD
 * @param tally of the text steps, as JSON
 * @param bad how many of the records
 * @param badShown some of them
 * @param blocks SHA-256 of each block of input that the part read, in the order of its pieces
 */
record PartFacts(
        long records,
        long documents,
        long textBytes,
        long dataBytes,
        long replaced,
        String tally,
        long bad,
        List<BadRecord> badShown,
        List<String> blocks)
        implements Serializable {

    /** The same without what there may be much of, for the driver, which has those of all parts. */
    PartFacts counts() {
        return new PartFacts(records, documents, textBytes, dataBytes, replaced, "{}", bad, List.of(), blocks);
    }

    /** The counts of the text steps. */
    Tally counted() throws IOException {
        return Tally.ofJson(tally.getBytes(StandardCharsets.UTF_8));
    }
}
