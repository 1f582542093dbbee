package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.weft.core.WeftException;
import scala.Tuple2;

/**
 * Shingles of those documents of a partition that are asked for, by the place in which they are compared. The documents are
 * read a second time; of the others nothing is computed. Memory: {@value PairRequests#WIDTH} bytes for each request to the
 * partition.
 *
 * <pre>
 *   bytes  0..20  the pair's first document, a node
 *   bytes 21..24  the group
 *   bytes 25..45  the document whose shingles these are: the first itself, before all seconds
 * </pre>
 */
final class RequestedSets implements Iterator<Tuple2<byte[], int[]>> {
    static final int DOCUMENT = Nodes.BYTES + Integer.BYTES;
    static final int WIDTH = DOCUMENT + Nodes.BYTES;

    private static final int MOST_BYTES = Integer.MAX_VALUE - 64;

    private final Iterator<Tuple2<byte[], byte[]>> documents;
    private final Shingler shingler;
    private byte[] requests = new byte[1 << 12];
    private int count;
    private int answered;
    private int at;
    private byte[] key;
    private int[] shingles;

    RequestedSets(Iterator<Tuple2<byte[], byte[]>> documents, SortedRecords sorted, int ngram) throws IOException {
        this.documents = documents;
        this.shingler = new Shingler(ngram);
        while (sorted.next()) {
            long used = (long) count * PairRequests.WIDTH;
            if (used + PairRequests.WIDTH > requests.length) {
                requests = Arrays.copyOf(requests, grown(used));
            }
            System.arraycopy(sorted.bytes(), sorted.offset(), requests, (int) used, PairRequests.WIDTH);
            count++;
        }
        sorted.close();
    }

    private static int grown(long used) {
        if (used + PairRequests.WIDTH > MOST_BYTES) {
            throw WeftException.invalidData(
                    "too many candidates for near duplicates in one partition: bytes=" + used,
                    "cut the input into more partitions, or raise corpus.deduplicate.threshold");
        }
        return (int) Math.min(MOST_BYTES, Math.max(2 * used, used + PairRequests.WIDTH));
    }

    @Override
    public boolean hasNext() {
        while (!pending()) {
            if (!documents.hasNext()) {
                requireAll();
                return false;
            }
            Tuple2<byte[], byte[]> document = documents.next();
            key = document._1();
            at = lowerBound(key);
            if (pending()) {
                shingles = shingler.of(document._2());
            }
        }
        return true;
    }

    @Override
    public Tuple2<byte[], int[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int request = at * PairRequests.WIDTH;
        byte[] place = new byte[WIDTH];
        System.arraycopy(requests, request + PairRequests.FIRST, place, 0, DOCUMENT);
        System.arraycopy(requests, request + PairRequests.RANK, place, DOCUMENT, Nodes.RANK_BYTES);
        System.arraycopy(requests, request, place, DOCUMENT + Nodes.RANK_BYTES, Nodes.KEY_BYTES);
        at++;
        answered++;
        return new Tuple2<>(place, shingles);
    }

    private boolean pending() {
        return key != null && at < count && compare(at, key) == 0;
    }

    private int compare(int request, byte[] sought) {
        int from = request * PairRequests.WIDTH;
        return Arrays.compareUnsigned(requests, from, from + Nodes.KEY_BYTES, sought, 0, Nodes.KEY_BYTES);
    }

    private int lowerBound(byte[] sought) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(middle, sought) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void requireAll() {
        if (answered != count) {
            throw WeftException.invalidData(
                    "documents changed between two readings: candidates for near duplicates expected=" + count
                            + " found=" + answered,
                    "run prepare again when nobody writes to the input");
        }
    }

    /** What is compared in one place is in one partition. */
    static final class Places extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int count;

        Places(int count) {
            this.count = count;
        }

        @Override
        public int numPartitions() {
            return count;
        }

        @Override
        public int getPartition(Object place) {
            byte[] record = (byte[]) place;
            long first = (long) Nodes.LONG.get(record, Nodes.RANK_BYTES);
            return Nodes.partition(first + (int) Nodes.INT.get(record, Nodes.BYTES), count);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Places places && places.count == count;
        }

        @Override
        public int hashCode() {
            return count;
        }
    }
}
