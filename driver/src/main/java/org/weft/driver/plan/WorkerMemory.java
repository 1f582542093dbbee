package org.weft.driver.plan;

/**
 * Bytes of one worker.
 *
 * @param parameters the replica's flat vector
 * @param gradients the second flat vector
 * @param shadow parameters and gradients once more in bfloat16; 0 in float32
 * @param activations of a micro-batch at their peak
 * @param head the output head's buffer of logits, in bfloat16 with what its products give
 * @param laneSums sums of lanes that wait for their siblings, in direct memory
 * @param exchange what is sent or arrives beside the vectors, in direct memory: encoded gradients, parameters that come rounded; where gradients are late, gradients and
 *     parameters that are on their way while others are computed; the parameters that a round of local steps began with, or a private lane's
 *     sum
 * @param laneState the optimizer's vectors in direct memory, where lanes take steps of their own, and the means that each lane begins with
 * @param pinned twins of both vectors on the host, and of a teacher's; 0 where the replica is on the host itself
 * @param teacher parameters of a teacher and what asking it takes; 0 where there is none
 */
public record WorkerMemory(
        long parameters,
        long gradients,
        long shadow,
        long activations,
        long head,
        long laneSums,
        long exchange,
        long laneState,
        long pinned,
        long teacher) {

    /** What is where the replica computes: native memory of the host, or a GPU's. */
    public long replica() {
        return parameters + gradients + shadow + activations + head + teacher;
    }

    /** libtorch's memory on the host. */
    public long hostNative() {
        return pinned > 0 ? pinned : replica();
    }

    /** Direct memory. */
    public long direct() {
        return laneSums + exchange + laneState;
    }

    /** Everything on the host beside the heap. */
    public long host() {
        return hostNative() + direct();
    }
}
