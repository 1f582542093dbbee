package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.weft.core.Sha256;
import org.weft.core.storage.Store;
import org.weft.corpus.CorpusInput.Part;
import org.weft.corpus.CorpusInput.Piece;
import org.weft.corpus.source.BadRecord;
import org.weft.corpus.source.DocumentReader;
import org.weft.corpus.text.TextStep;

/**
 * Reads parts of the input, does to each document what the text steps say, and writes the documents of each part to a file
 * of its own. A part whose file is there already, of the same input and the same rules, is not read again. A repeated or
 * speculative attempt writes the same bytes under the same name.
 *
 * @param directory where the parts' files are
 * @param steps what is done to each document
 * @param badAllowed whether bad records are counted, or the first one is the end
 * @param blockBytes of the input's checksums
 * @param regions whose telephone numbers examples do not show
 */
record ReadStage(
        Store store, String directory, TextStep steps, boolean badAllowed, long blockBytes, List<String> regions)
        implements Function<Part, ReadStage.Done> {

    private static final int BAD_SHOWN = 100;

    /**
     * A part that is there.
     *
     * @param source of its documents
     * @param file its name in the directory
     * @param reused whether it was there before
     * @param facts its counts
     */
    record Done(int source, String file, boolean reused, PartFacts facts) implements Serializable {}

    /** Makes all parts; the result is in their order. */
    List<Done> run(JavaSparkContext spark, List<Part> parts) {
        return spark.parallelize(parts, Math.max(1, parts.size())).map(this).collect();
    }

    @Override
    public Done call(Part part) throws IOException {
        String file = name(part);
        String path = directory + "/" + file;
        if (store.exists(path)) {
            PartFacts known = PartFile.facts(store, path);
            if (known != null && (badAllowed || known.bad() == 0)) {
                return new Done(part.source(), file, true, known.counts());
            }
        }
        return new Done(part.source(), file, false, read(part, path).counts());
    }

    /** By all that decides what comes out. */
    private String name(Part part) {
        String decisive = "reader " + PartFile.VERSION + "\n" + part.identity() + steps.rules();
        return Sha256.hex(decisive.getBytes(StandardCharsets.UTF_8)).substring(0, 32) + ".docs";
    }

    private PartFacts read(Part part, String path) throws IOException {
        List<String> blocks = new ArrayList<>();
        try (DocumentsWriter documents = new DocumentsWriter(new PartFile.Writer(store, path), steps)) {
            BadRecords bad = new BadRecords(BAD_SHOWN, regions);
            BadRecord.Handler handler = badAllowed ? (record, error) -> bad.add(record) : BadRecord.REFUSED;
            for (Piece piece : part.pieces()) {
                try (DocumentReader reader = DocumentReader.open(store, piece.split(), handler)) {
                    while (reader.hasNext()) {
                        byte[] text = reader.next();
                        documents.add(reader.id(), reader.whole(), text);
                    }
                    documents.replaced(reader.replaced());
                }
                blocks.addAll(InputBlocks.of(
                        store, piece.split().path(), piece.split().start(), piece.bytes(), blockBytes));
                piece.requireUnchanged(store);
            }
            return documents.commit(bad, blocks);
        }
    }
}
