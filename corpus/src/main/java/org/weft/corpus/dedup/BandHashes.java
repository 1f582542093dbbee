package org.weft.corpus.dedup;

import java.util.Iterator;
import org.apache.spark.api.java.function.Function2;
import org.weft.core.config.DeduplicationConfig;
import scala.Tuple2;

/**
 * Documents to records of their bands, by the band's hash. Each document is read, cut into shingles and sketched once; a
 * document without shingles has no records.
 *
 * <pre>
 *   bytes  0..7   the band's hash
 *   bytes  8..28  the document's node
 *   bytes 29..32  the partition of the documents that it is in
 *   bytes 33..36  of the next band's hash the first half
 * </pre>
 */
record BandHashes(DeduplicationConfig config, Bands bands, int partitions)
        implements Function2<Integer, Iterator<Tuple2<byte[], byte[]>>, Iterator<Tuple2<Integer, byte[]>>> {
    static final int NODE = 8;
    static final int ORIGIN = NODE + Nodes.BYTES;
    static final int NEXT_BAND = ORIGIN + Integer.BYTES;
    static final int WIDTH = NEXT_BAND + Integer.BYTES;

    @Override
    public Iterator<Tuple2<Integer, byte[]>> call(Integer origin, Iterator<Tuple2<byte[], byte[]>> documents) {
        Shingler shingler = new Shingler(config.ngram());
        long[] bins = new long[bands.bins()];
        long[] hashes = new long[bands.count()];
        byte[] record = new byte[WIDTH];
        Nodes.INT.set(record, ORIGIN, (int) origin);
        return new PackedBlocks(WIDTH, partitions, to -> {
            if (!documents.hasNext()) {
                return false;
            }
            Tuple2<byte[], byte[]> document = documents.next();
            int[] shingles = shingler.of(document._2());
            if (shingles.length > 0) {
                SimilaritySketch.fill(shingles, bins);
                for (int band = 0; band < hashes.length; band++) {
                    hashes[band] = bands.hash(bins, band);
                }
                Nodes.put(document._1(), document._2().length, config.keep(), record, NODE);
                for (int band = 0; band < hashes.length; band++) {
                    Nodes.LONG.set(record, 0, hashes[band]);
                    Nodes.INT.set(record, NEXT_BAND, (int) (hashes[(band + 1) % hashes.length] >>> 32));
                    to.add(Nodes.partition(hashes[band], partitions), record);
                }
            }
            return true;
        });
    }
}
