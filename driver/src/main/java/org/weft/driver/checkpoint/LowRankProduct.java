package org.weft.driver.checkpoint;

import java.nio.ByteBuffer;

/**
 * What a low-rank adapter adds to the weight that it adapts, scale B A, element by element. For one thread.
 *
 * @param down A, (R, I)
 * @param up B, (O, R)
 * @param in I
 * @param out O
 * @param inputFirst whether the weight is (I, O); otherwise it is (O, I)
 * @param scale alpha / rank, or what stands for it
 */
public record LowRankProduct(float[] down, float[] up, int in, int out, boolean inputFirst, double scale) {

    /**
     * Adds to a piece of the weight.
     *
     * @param piece float32, little-endian, from its position to its limit
     * @param first index of the piece's first element within the weight
     */
    public void addTo(ByteBuffer piece, long first) {
        int rank = up.length / out;
        int start = piece.position();
        for (int k = 0; k < piece.remaining() / Float.BYTES; k++) {
            long element = first + k;
            int column = (int) (inputFirst ? element / out : element % in);
            int row = (int) (inputFirst ? element % out : element / in);
            double product = 0;
            for (int r = 0; r < rank; r++) {
                product += (double) up[row * rank + r] * down[r * in + column];
            }
            int at = start + k * Float.BYTES;
            piece.putFloat(at, (float) (piece.getFloat(at) + scale * product));
        }
    }
}
