package org.weft.corpus.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Merges against the loop that a textbook has, with few and many tokens. */
class MergeLoopTest {

    @Test
    void agreesWithTheTextbook() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            LongTable merges = new LongTable(8);
            int tokens = 3;
            for (int rank = 0; rank < 40; rank++) {
                long pair = MergeLoop.pair(random.nextInt(tokens), random.nextInt(tokens));
                if (!merges.has(pair)) {
                    merges.put(pair, (long) rank << 32 | tokens++);
                }
            }
            int[] ids = random.ints(1 + random.nextInt(round % 2 == 0 ? 40 : 400), 0, 3)
                    .toArray();
            int[] expected = textbook(merges, ids);
            int end = new MergeLoop(merges).merge(ids, 0, ids.length);
            assertThat(Arrays.copyOf(ids, end)).as("round %d", round).isEqualTo(expected);
        }
    }

    @Test
    @Timeout(20)
    void aRunOfHalfAMillionIsNotQuadratic() {
        LongTable merges = new LongTable(8);
        for (int rank = 0; rank < 10; rank++) {
            merges.put(MergeLoop.pair(rank, rank), (long) rank << 32 | rank + 1);
        }
        int[] ids = new int[1 << 19];
        int end = new MergeLoop(merges).merge(ids, 0, ids.length);
        assertThat(end).isEqualTo((1 << 19) / (1 << 10));
        assertThat(Arrays.stream(ids, 0, end)).containsOnly(10);
    }

    private static int[] textbook(LongTable merges, int[] given) {
        List<Integer> ids = new ArrayList<>();
        for (int id : given) {
            ids.add(id);
        }
        while (true) {
            long best = LongTable.NONE;
            int at = -1;
            for (int i = 0; i + 1 < ids.size(); i++) {
                long found = merges.get(MergeLoop.pair(ids.get(i), ids.get(i + 1)));
                if (found < best) {
                    best = found;
                    at = i;
                }
            }
            if (at < 0) {
                return ids.stream().mapToInt(Integer::intValue).toArray();
            }
            ids.set(at, (int) best);
            ids.remove(at + 1);
        }
    }
}
