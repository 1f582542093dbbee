package org.weft.driver.plan;

/**
 * Bytes of one executor and its tasks.
 *
 * @param workers tasks
 * @param servers tasks
 * @param heap its limit, which the heap grows into over the first steps
 * @param heapNeeded of that, by servers and Spark
 * @param direct direct buffers; Java bounds them by the heap's limit
 * @param nativeBytes libtorch's
 * @param base everything else that is resident
 */
public record ExecutorMemory(
        int workers, int servers, long heap, long heapNeeded, long direct, long nativeBytes, long base) {

    /** What the process comes to at its peak, its heap full: what a container must hold. */
    public long resident() {
        return heap + overhead();
    }

    /** What comes on top of the heap: spark.executor.memoryOverhead. */
    public long overhead() {
        return direct + nativeBytes + base;
    }

    /** What is missing, with the numbers; null where nothing is. */
    public String lack() {
        if (heapNeeded <= heap && direct <= heap) {
            return null;
        }
        return String.format(
                "too little memory: an executor has a heap of %d MiB; its share of the servers needs %d MiB of heap,"
                        + " and %d MiB of direct memory go with its workers and servers",
                heap >> 20, heapNeeded >> 20, direct >> 20);
    }
}
