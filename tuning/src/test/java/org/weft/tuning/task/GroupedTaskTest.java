package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;

/** Rows that count, or are seen, by their group. */
class GroupedTaskTest {
    private static final String[] GROUPED = {
        "dataset.group_column=area", "finetune.labels=['no', 'yes']", "finetune.reweighing=group"
    };

    /** 6 of a and yes, 2 of a and no, 1 of b and yes, 3 of b and no. */
    private static GroupCounts counts() {
        GroupCounts counts = GroupCounts.counting();
        add(counts, "a", "yes", 6);
        add(counts, "a", "no", 2);
        add(counts, "b", "yes", 1);
        return counts.plus(of("b", "no", 3));
    }

    private static GroupCounts of(String group, String label, int rows) {
        GroupCounts counts = GroupCounts.counting();
        add(counts, group, label, rows);
        return counts;
    }

    private static void add(GroupCounts counts, String group, String label, int rows) {
        IntStream.range(0, rows).forEach(row -> counts.add(new GroupCounts.Cell(group, label)));
    }

    @Test
    void weightsMakeGroupAndLabelIndependent() {
        GroupCounts counts = counts();
        assertThat(counts.weight("a", "yes")).isCloseTo(8 / 12.0 * 7 / 12 / (6 / 12.0), within(1e-15));
        assertThat(counts.weight("b", "yes")).isCloseTo(4 / 12.0 * 7 / 12 / (1 / 12.0), within(1e-15));
        double yesOfA = 6 * counts.weight("a", "yes") / (6 * counts.weight("a", "yes") + 2 * counts.weight("a", "no"));
        double yesOfB = counts.weight("b", "yes") / (counts.weight("b", "yes") + 3 * counts.weight("b", "no"));
        assertThat(yesOfA).isCloseTo(7 / 12.0, within(1e-12));
        assertThat(yesOfB).isCloseTo(7 / 12.0, within(1e-12));
        assertThat(counts.weight("c", "yes")).as("a row of no training group").isEqualTo(1);
        assertThat(counts.toldOfWeights()).startsWith("b/yes (1) 2.333, a/no (2) 1.667, ");
        assertThat(of("a", "yes", 1).plus(of("b", "no", 1)).gaps())
                .containsExactly("group a has no row of label no", "group b has no row of label yes");
    }

    @Test
    void anExampleHasItsClassAndWhatItsLossCounts() {
        WeftConfig config = TaskRows.config("gpt2", "classification", GROUPED);
        Labels weighted = new Labels(List.of("no", "yes"), List.of(1.0, 3.0));
        Task task = Task.of(config, weighted).counting(counts());
        assertThat(task.columns()).containsExactly("text", "label", "area");
        try (Encoder encoder = TaskRows.encoder(config)) {
            Encoded encoded = task.encode(TaskRows.row("text", "x", "label", "yes", "area", "b"), encoder, true);
            float weight = (float) (7 / 3.0);
            assertThat(encoded.example().labels()).containsExactly(1f, weight);
            assertThat(encoded.example().weight()).isEqualTo(3.0 * weight);
            Encoded none = task.encode(TaskRows.row("text", "x", "label", "yes", "area", null), encoder, true);
            assertThat(none.example().labels()).containsExactly(1f, 1f);
            assertThat(task.encode(TaskRows.row("text", "x"), encoder, false)
                            .example()
                            .labels())
                    .as("what is predicted needs no group")
                    .isNull();
        }
        assertThat(task.toldOfGroups()).singleElement().asString().startsWith("what rows count by group and label: ");
        assertThat(Task.of(config).counting(of("a", "yes", 3)).toldOfGroups())
                .containsExactly(
                        "warning: the training rows have one group alone in area: there is nothing to balance");
    }

    @Test
    void smallGroupsAreSeenAsOftenAsTheLargest() {
        WeftConfig config = TaskRows.config(
                "gpt2",
                "multilabel",
                "dataset.group_column=area",
                "finetune.labels=['no', 'yes']",
                "finetune.sampling=group_balanced");
        Task unknown = Task.of(config);
        GroupCounts counts = GroupCounts.counting();
        for (int row = 0; row < 14; row++) {
            String area = row < 10 ? "a" : "b";
            unknown.cell(TaskRows.row("label", List.of(), "area", area)).ifPresent(counts::add);
        }
        Task task = unknown.counting(counts);
        Fields small = TaskRows.row("area", "b");
        int[] times = IntStream.range(0, 2000)
                .map(row -> task.times(small, new byte[] {(byte) row, (byte) (row >> 8)}))
                .toArray();
        assertThat(IntStream.of(times).distinct().sorted()).containsExactly(2, 3);
        assertThat(IntStream.of(times).average().orElseThrow()).isCloseTo(2.5, within(0.05));
        assertThat(task.times(TaskRows.row("area", "a"), new byte[] {1})).isEqualTo(1);
        assertThat(task.times(TaskRows.row("area", " "), new byte[] {1})).isEqualTo(1);
        assertThat(task.toldOfGroups())
                .containsExactly("how often rows are seen by group: b (4) 2.50 times, a (10) 1.00 times");
    }

    @Test
    void aGroupIsOneName() {
        assertThat(Groups.of(TaskRows.row("g", 1.0), "g")).isEqualTo("1");
        assertThat(Groups.of(TaskRows.row("g", "1"), "g")).isEqualTo("1");
        assertThat(Groups.of(TaskRows.row("g", Double.NaN), "g")).isNull();
        assertThat(Groups.of(TaskRows.row("g", "  "), "g")).isNull();
        WeftConfig config = TaskRows.config("gpt2", "classification", GROUPED);
        Fields several = TaskRows.row("text", "x", "label", "yes", "area", List.of("a", "b"));
        assertThatThrownBy(() -> Task.of(config).check(several, true))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("column area is no group but an array or object: row={");
    }

    @Test
    void thePositiveLabelIsOneOfTheLabels() {
        WeftConfig config =
                TaskRows.config("gpt2", "classification", "dataset.positive_label='1.0'", "dataset.group_column=area");
        assertThat(Groups.positive(config.dataset(), List.of("0", "1"))).isEqualTo(1);
        assertThat(Groups.positive(WeftConfig.defaults().dataset(), List.of("0", "1")))
                .isEqualTo(-1);
        assertThatThrownBy(() -> Groups.positive(config.dataset(), List.of("no", "yes")))
                .hasMessage("dataset.positive_label=1.0 is none of the labels no, yes");
        WeftConfig unquoted =
                TaskRows.config("gpt2", "classification", "dataset.positive_label=yes", "dataset.group_column=area");
        WeftException turned = catchThrowableOfType(
                WeftException.class, () -> Groups.positive(unquoted.dataset(), List.of("no", "yes")));
        assertThat(turned).hasMessage("dataset.positive_label=true is none of the labels no, yes");
        assertThat(turned.hint()).contains("YAML takes yes and no for true and false unless they stand in quotes");
    }
}
