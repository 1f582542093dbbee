package org.weft.corpus.dedup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;

/**
 * What a search for near duplicates found.
 *
 * @param bands of the sketch, each of {@code rows}
 * @param candidates pairs that shared a band, all of them compared
 * @param similar pairs whose Jaccard reaches the threshold
 * @param histogram candidates by their Jaccard: entry i counts those from 0.05 i on, the last those of 1 too
 * @param clusters of similar documents, of each of which one stays
 * @param dropped documents that go
 * @param clusterSizes entry i counts clusters of 2^i to 2^(i+1) - 1 documents
 * @param rounds that clustering took
 */
public record NearDuplicateSummary(
        int bands,
        int rows,
        long candidates,
        long similar,
        long[] histogram,
        long clusters,
        long dropped,
        long[] clusterSizes,
        int rounds)
        implements Serializable {

    /** Writes all of it into a node, in the words of this record. */
    void into(ObjectNode node) {
        node.put("bands", bands)
                .put("rows", rows)
                .put("candidates", candidates)
                .put("similar", similar)
                .put("clusters", clusters)
                .put("dropped", dropped)
                .put("rounds", rounds);
        put(node.putArray("candidates_by_jaccard"), histogram);
        put(node.putArray("clusters_by_size"), clusterSizes);
    }

    /** The numbers, up to the last that is not 0. */
    private static void put(ArrayNode array, long[] counts) {
        int used = counts.length;
        while (used > 0 && counts[used - 1] == 0) {
            used--;
        }
        for (int i = 0; i < used; i++) {
            array.add(counts[i]);
        }
    }
}
