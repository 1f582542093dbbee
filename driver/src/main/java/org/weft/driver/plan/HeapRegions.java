package org.weft.driver.plan;

import java.util.Optional;

/**
 * How much of an executor's heap an array really takes. G1, Java's collector, cuts the heap into regions of a power of
 * two, heap / 2048 rounded up, from 1 to 32 MiB. An array of half a region or more has whole regions for itself; Weft's
 * arrays hold a bucket, 4 MiB and a header of 16 bytes, so that they just miss fitting into the regions that they would
 * fill, and take up to twice what they hold. So executors of heaps up to 16 GiB are started with regions of 1 MiB, where a
 * quarter is lost; in larger ones several buckets share a region.
 */
public final class HeapRegions {
    /** What sets the size; whoever has it among an executor's options has chosen. */
    public static final String SIZE = "-XX:G1HeapRegionSize=";

    private static final long MEBIBYTE = 1L << 20;
    private static final long LARGEST_CUT_FINELY = 16L << 30;
    private static final long LARGEST = 32 * MEBIBYTE;
    private static final int REGIONS = 2048;
    private static final int ARRAY_HEADER = 16;

    private HeapRegions() {}

    /**
     * Java's option for executors of so large a heap.
     *
     * @return nothing where G1 chooses no worse
     */
    public static Optional<String> option(long heapBytes) {
        return ownChoice(heapBytes) == regionBytes(heapBytes) ? Optional.empty() : Optional.of(SIZE + "1m");
    }

    /** Of executors that have {@link #option}. */
    static long regionBytes(long heapBytes) {
        return heapBytes <= LARGEST_CUT_FINELY ? MEBIBYTE : ownChoice(heapBytes);
    }

    /** What G1 takes by itself. */
    static long ownChoice(long heapBytes) {
        long region = MEBIBYTE;
        while (region < LARGEST && region * REGIONS < heapBytes) {
            region *= 2;
        }
        return region;
    }

    /** Bytes of heap for an array of so many bytes. */
    static long occupied(long arrayBytes, long heapBytes) {
        long region = regionBytes(heapBytes);
        long bytes = arrayBytes + ARRAY_HEADER;
        return 2 * bytes < region ? bytes : (bytes + region - 1) / region * region;
    }
}
