package org.weft.corpus;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Upcoming;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.corpus.privacy.Scrubber;
import org.weft.corpus.source.BadRecord;
import scala.Tuple2;

/**
 * Documents of one source and one id that differ: all but that with the smallest key are bad records. The pieces of one
 * long text are as one document. Ids are shuffled with keys, and no texts.
 *
 * @param dropped key, source and id of each, with which a document's longer key begins
 * @param counts how many, by source
 * @param shown some of them, with their sources
 */
record DuplicateIds(JavaRDD<byte[]> dropped, Map<Integer, Long> counts, List<Tuple2<Integer, BadRecord>> shown) {

    private static final int SHOWN = 100;

    /** Of a claim's order: half of the id's SHA-256 and the source. */
    private static final int ID_BYTES = DocumentKey.BYTES + 1;

    /** With what tells the document, or the text that it is a piece of. The document's key follows, and which it is. */
    private static final int TOLD_BYTES = ID_BYTES + DocumentKey.BYTES;

    /** A document by its id: the ids of a source come together, and of each the smallest key first. */
    private record Claim(byte[] key, String id) implements Serializable {}

    /** Whether any source has ids. */
    static boolean areTold(CorpusConfig corpus) {
        return corpus.allSources().stream().anyMatch(source -> !source.idField().isEmpty());
    }

    static DuplicateIds find(
            JavaSparkContext spark, KeptDocuments documents, List<ReadStage.Done> parts, List<SourceConfig> sources) {
        JavaRDD<Claim> bad = documents
                .all(spark, parts)
                .filter(document -> document._2().id() != null)
                .mapToPair(document -> new Tuple2<>(
                        order(document._1(), document._2()), document._2().id()))
                .repartitionAndSortWithinPartitions(
                        new DocumentKey.Shards(Math.max(1, parts.size())), DocumentKey.ORDER)
                .mapPartitions(claims -> (Iterator<Claim>) new Losers(claims));
        Map<Integer, Long> counts =
                bad.map(claim -> DocumentKey.source(claim.key())).countByValue();
        UnaryOperator<String> examples = Scrubber.ofExamples(List.of()).texts(); // an id may be an address
        List<Tuple2<Integer, BadRecord>> shown = new ArrayList<>();
        for (Claim claim : counts.isEmpty() ? Collections.<Claim>emptyList() : bad.take(SHOWN)) {
            int number = DocumentKey.source(claim.key());
            SourceConfig source = sources.get(number);
            String id = "id=" + examples.apply(claim.id());
            String cause = "two documents of one id: " + source.key("id_field") + "=" + source.idField() + " " + id
                    + ", and another one is kept";
            shown.add(new Tuple2<>(number, new BadRecord(source.name(), id, cause, false, "")));
        }
        return new DuplicateIds(bad.map(Claim::key), counts, shown);
    }

    private static byte[] order(int source, PartFile.Kept kept) {
        byte[] id = DocumentKey.of(kept.id().getBytes(StandardCharsets.UTF_8));
        byte[] order = Arrays.copyOf(DocumentKey.of(id, source), TOLD_BYTES + DocumentKey.BYTES + 1);
        boolean piece = kept.whole() != null;
        System.arraycopy(piece ? kept.whole() : kept.key(), 0, order, ID_BYTES, DocumentKey.BYTES);
        System.arraycopy(kept.key(), 0, order, TOLD_BYTES, DocumentKey.BYTES);
        order[TOLD_BYTES + DocumentKey.BYTES] = (byte) (piece ? 1 : 0);
        return order;
    }

    /** Of claims in order, those that another document of the same source and id comes before. */
    private static final class Losers extends Upcoming<Claim> {
        private final Iterator<Tuple2<byte[], String>> sorted;
        private byte[] first; // of those with the id at hand; null before any
        private byte[] last; // not asked for while the first is null

        Losers(Iterator<Tuple2<byte[], String>> sorted) {
            this.sorted = sorted;
        }

        @Override
        protected Claim find() {
            Claim found = null;
            while (found == null && sorted.hasNext()) {
                Tuple2<byte[], String> claim = sorted.next();
                byte[] order = claim._1();
                if (first == null || !Arrays.equals(order, 0, ID_BYTES, first, 0, ID_BYTES)) {
                    first = order;
                } else if (!Arrays.equals(order, 0, TOLD_BYTES, first, 0, TOLD_BYTES) && !Arrays.equals(order, last)) {
                    found = loser(order, claim._2());
                }
                last = order;
            }
            return found;
        }
    }

    private static Claim loser(byte[] order, String id) {
        byte[] key = Arrays.copyOfRange(order, TOLD_BYTES, TOLD_BYTES + DocumentKey.BYTES);
        byte[] told = Arrays.copyOf(order, DocumentKey.BYTES);
        if (order[TOLD_BYTES + DocumentKey.BYTES] != 0) {
            told = DocumentKey.ofPiece(told, Arrays.copyOfRange(order, ID_BYTES, TOLD_BYTES));
        }
        return new Claim(DocumentKey.of(key, order[DocumentKey.BYTES] & 0xFF, told), id);
    }
}
