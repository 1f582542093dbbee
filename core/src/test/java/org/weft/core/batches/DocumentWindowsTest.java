package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DocumentWindowsTest {
    private final List<Batch> batches = new ArrayList<>();

    @Test
    void everyTokenButTheFirstIsPredictedOnceFromThoseBeforeIt() {
        for (int context = 1; context <= 7; context++) {
            for (int sequences = 1; sequences <= 4; sequences++) {
                batches.clear();
                DocumentWindows windows = new DocumentWindows(context, sequences, batches::add);
                List<Integer> expected = new ArrayList<>();
                for (int length = 0; length < 20; length++) {
                    int first = 100 * (length + 1);
                    windows.add(IntStream.range(first, first + length).toArray());
                    IntStream.range(first + 1, first + length).forEach(expected::add);
                }
                windows.flush();
                windows.flush();
                assertThat(predicted(context, sequences)).isEqualTo(expected);
            }
        }
    }

    /** The targets in their order; each follows its input. */
    private List<Integer> predicted(int context, int sequences) {
        List<Integer> found = new ArrayList<>();
        for (Batch batch : batches) {
            assertThat(batch.sequences()).isBetween(1, sequences);
            assertThat(batch.context()).isBetween(1, context);
            for (int i = 0; i < batch.targets().length; i++) {
                if (batch.targets()[i] != Batch.IGNORED) {
                    assertThat(batch.inputs()[i]).isEqualTo(batch.targets()[i] - 1);
                    found.add(batch.targets()[i]);
                }
            }
        }
        return found;
    }

    @Test
    void shorterWindowsAreFilledUpBehindTheirTokens() {
        DocumentWindows windows = new DocumentWindows(4, 2, batches::add);
        windows.add(new int[] {1, 2, 3, 4, 5, 6, 7});
        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).inputs()).containsExactly(1, 2, 3, 4, 5, 6, 0, 0);
        assertThat(batches.get(0).targets()).containsExactly(2, 3, 4, 5, 6, 7, -1, -1);
        assertThat(batches.get(0).targetCount()).isEqualTo(6);
        windows.add(new int[] {8, 9});
        windows.flush();
        assertThat(batches.get(1).context()).isEqualTo(1);
    }
}
