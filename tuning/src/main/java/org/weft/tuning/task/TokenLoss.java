package org.weft.tuning.task;

import java.util.Arrays;
import org.weft.core.examples.Example;

/** Tokens in the making, each with whether it is to be learnt. */
final class TokenLoss {
    private int[] ids = {};
    private boolean[] learnt = {};

    void add(int[] more, boolean learn) {
        int from = ids.length;
        ids = Encoder.join(ids, more);
        learnt = Arrays.copyOf(learnt, ids.length);
        Arrays.fill(learnt, from, ids.length, learn);
    }

    int size() {
        return ids.length;
    }

    int last() {
        return ids.length == 0 ? Example.IGNORED : ids[ids.length - 1];
    }

    int[] tokens(int from, int length) {
        return Arrays.copyOfRange(ids, from, from + length);
    }

    boolean learnsNothing() {
        for (boolean each : learnt) {
            if (each) {
                return false;
            }
        }
        return true;
    }

    /** At each position the token after it, where that is to be learnt. */
    int[] targets(int from, int length) {
        int[] targets = new int[length];
        for (int i = 0; i < length; i++) {
            int next = from + i + 1;
            targets[i] = next < ids.length && learnt[next] ? ids[next] : Example.IGNORED;
        }
        return targets;
    }
}
