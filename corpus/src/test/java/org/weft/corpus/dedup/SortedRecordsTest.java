package org.weft.corpus.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Records in memory and in files, beside a plain sort. */
class SortedRecordsTest {
    private static final int WIDTH = 21;

    @Test
    void sortsWhateverTheBudget() throws IOException {
        Random random = new Random(6);
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            byte[] record = new byte[WIDTH];
            int differing = random.nextInt(4) == 0 ? 0 : 16; // Long runs of equal beginnings.
            for (int b = differing; b < WIDTH; b++) {
                record[b] = (byte) random.nextInt(random.nextBoolean() ? 2 : 256);
            }
            records.add(record);
        }
        records.addAll(records.subList(0, 50));
        for (int budget : new int[] {1, 700, 30_000, 1 << 20}) {
            try (SortedRecords sorted = new SortedRecords(WIDTH, budget)) {
                for (int from = 0; from < records.size(); from += 10) {
                    byte[] block = new byte[10 * WIDTH];
                    for (int i = 0; i < 10; i++) {
                        System.arraycopy(records.get(from + i), 0, block, i * WIDTH, WIDTH);
                    }
                    if (budget > 1 || from < 300) {
                        sorted.add(block);
                    }
                }
                sorted.sort();
                List<byte[]> expected = new ArrayList<>(budget > 1 ? records : records.subList(0, 300));
                expected.sort(Arrays::compareUnsigned);
                for (byte[] record : expected) {
                    assertThat(sorted.next()).isTrue();
                    assertThat(Arrays.copyOfRange(sorted.bytes(), sorted.offset(), sorted.offset() + WIDTH))
                            .isEqualTo(record);
                }
                assertThat(sorted.next()).isFalse();
                assertThat(sorted.runs()).isEqualTo(budget == 1 << 20 ? 1 : runs(expected.size(), budget));
            }
        }
    }

    private static int runs(int records, int budget) {
        int fitting = Math.max(1, budget / WIDTH);
        return (records + fitting - 1) / fitting;
    }
}
