package org.weft.corpus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.weft.core.Sha256;
import org.weft.corpus.source.DocumentReader;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;
import org.weft.corpus.text.TextStep.Outcome;

/** Takes documents as they are read, does to them what the text steps say, and writes those that are left. For one thread. */
final class DocumentsWriter implements AutoCloseable {
    /** Counts, in the tally, what each rule drops: its name follows. */
    static final String DROPPED = "dropped.";

    /** Counts the documents that a step left nothing of. */
    static final String EMPTIED = DROPPED + "empty";

    private final PartFile.Writer part;
    private final TextStep.Pass steps; // null where nothing is done
    private final Tally tally = new Tally();
    private long read;
    private long kept;
    private long textBytes;
    private long replaced;

    DocumentsWriter(PartFile.Writer part, TextStep steps) {
        this.part = part;
        this.steps = steps.rules().isEmpty() ? null : steps.begin();
    }

    /**
     * @param id null where there is none
     * @param whole the SHA-256 of the text with that id that this one is a piece of; null where it is no piece
     */
    void add(String id, byte[] whole, byte[] text) throws IOException {
        read++;
        byte[] left = steps == null ? text : cleaned(text);
        if (left != null) {
            kept++;
            textBytes += left.length;
            part.add(new PartFile.Kept(DocumentKey.of(left), id, whole, left));
        }
    }

    /** The same with a text of any length, which becomes as many documents as it must. */
    void addLong(String id, byte[] text) throws IOException {
        byte[] whole = id != null && text.length > DocumentReader.MAX_DOCUMENT_BYTES ? Sha256.of(text) : null;
        int start = 0;
        while (text.length - start > DocumentReader.MAX_DOCUMENT_BYTES) {
            int end = DocumentReader.end(text, start);
            add(id, whole, Arrays.copyOfRange(text, start, end));
            start = end;
        }
        byte[] rest = start == 0 ? text : Arrays.copyOfRange(text, start, text.length);
        if (!DocumentReader.isBlank(rest)) {
            add(id, whole, rest);
        }
    }

    /** What the steps leave of a text; null where that is nothing. */
    private byte[] cleaned(byte[] text) {
        Outcome outcome = steps.apply(new String(text, StandardCharsets.UTF_8), tally);
        if (outcome.isDropped()) {
            tally.add(DROPPED + outcome.droppedBy());
            return null;
        }
        byte[] left = outcome.text().getBytes(StandardCharsets.UTF_8);
        if (DocumentReader.isBlank(left)) {
            tally.add(EMPTIED);
            return null;
        }
        return left;
    }

    /** More unpaired surrogates that the reader put U+FFFD for. */
    void replaced(long more) {
        replaced += more;
    }

    PartFacts commit(BadRecords bad, List<String> blocks) throws IOException {
        long dataBytes = part.end();
        PartFacts facts = new PartFacts(
                read + bad.count(),
                kept,
                textBytes,
                dataBytes,
                replaced,
                new String(tally.toJson(), StandardCharsets.UTF_8),
                bad.count(),
                bad.shown(),
                blocks);
        part.commit(facts);
        return facts;
    }

    @Override
    public void close() throws IOException {
        part.close();
    }
}
