package org.weft.driver.plan;

/**
 * How much of the heap an array really takes. G1, Java's collector, cuts the heap into regions of a power of two, heap /
 * 2048 rounded up, from 1 to 32 MiB. An array of half a region or more has whole regions for itself; Weft's arrays hold a
 * bucket, 4 MiB and a header of 16 bytes, so that they just miss fitting into the regions that they would fill.
 */
final class HeapRegions {
    private static final long MEBIBYTE = 1L << 20;
    private static final long LARGEST = 32 * MEBIBYTE;
    private static final int REGIONS = 2048;
    private static final int ARRAY_HEADER = 16;

    private HeapRegions() {}

    static long regionBytes(long heapBytes) {
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
