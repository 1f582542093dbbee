package org.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.HeadKind;
import org.weft.core.model.ClassTally;
import org.weft.core.model.TaskHead;

/** Counted by hand: the class, rightly predicted, predicted, there. */
class ClassCountsTest {
    private static final int NO = Batch.IGNORED;

    @Test
    void ofSequences() {
        float[][] outputs = {{1, 2, 0}, {3, 3, 3}, {0, 0, 1}};
        assertThat(ClassCounts.of(head(HeadKind.CLASSES, 3), outputs, labelled(1, new int[] {1, 1, 1}, 1, 1, 2)))
                .containsExactly(new ClassTally(0, 0, 1, 0), new ClassTally(1, 1, 1, 2), new ClassTally(2, 1, 1, 1));
    }

    @Test
    void whatARowCountsBesideItsClassIsNoClass() {
        float[][] outputs = {{1, 2}, {3, 0}};
        assertThat(ClassCounts.of(head(HeadKind.CLASSES, 2), outputs, labelled(1, new int[] {1, 1}, 1, 0, 0, 1)))
                .containsExactly(new ClassTally(0, 1, 1, 1), new ClassTally(1, 1, 1, 1));
    }

    @Test
    void ofTokens() {
        Batch batch = Batch.ofTokens(2, 2, new int[4], new int[] {1, NO, 0, 1});
        float[][] outputs = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
        assertThat(ClassCounts.of(head(HeadKind.TOKEN_CLASSES, 2), outputs, batch))
                .containsExactly(new ClassTally(0, 0, 0, 1), new ClassTally(1, 2, 3, 2));
    }

    @Test
    void ofLabels() {
        float[][] outputs = {{1, -1}, {1, 1}};
        assertThat(ClassCounts.of(head(HeadKind.BITS, 2), outputs, labelled(1, new int[] {1, 1}, 1, 1, 0, 1)))
                .containsExactly(new ClassTally(0, 1, 2, 1), new ClassTally(1, 1, 1, 2));
    }

    /** The second sequence has one token; what it is filled up with cannot be an answer. */
    @Test
    void ofSpans() {
        float[][] outputs = {{0, 0}, {5, 1}, {1, 5}, {0, 0}, {9, 9}, {9, 9}};
        int[] lengths = {3, 1};
        TaskHead head = head(HeadKind.SPAN, 2);
        assertThat(ClassCounts.of(head, outputs, labelled(3, lengths, 1, 2, 0, 0)))
                .containsExactly(new ClassTally(0, 2, 2, 2));
        assertThat(ClassCounts.of(head, outputs, labelled(3, lengths, 1, 1, 0, 0)))
                .containsExactly(new ClassTally(0, 1, 2, 2));
    }

    @Test
    void numbersAreNotCounted() {
        assertThat(ClassCounts.of(head(HeadKind.VALUES, 1), new float[][] {{1}}, labelled(1, new int[] {1}, 1)))
                .isEmpty();
    }

    private static TaskHead head(HeadKind kind, int outputs) {
        return new TaskHead(kind, outputs, TaskHead.Pooling.LAST, 0, 0, List.of());
    }

    private static Batch labelled(int context, int[] lengths, float... labels) {
        int[] inputs = new int[lengths.length * context];
        return new Batch(lengths.length, context, inputs, lengths, lengths, new Targets.Labels(labels));
    }
}
