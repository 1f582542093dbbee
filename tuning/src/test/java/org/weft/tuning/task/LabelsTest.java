package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

/** When two labels are the same, and what is no label. */
class LabelsTest {
    private static String label(Object value) {
        return TaskRows.row("label", value).label("label");
    }

    @Test
    void aNumberIsTheSameWhateverItIsWrittenAs() {
        for (Object one : List.of(1, 1L, 1.0, 1.0f, new BigDecimal("1.00"), "1", "1.0", "10e-1")) {
            assertThat(label(one)).isEqualTo("1");
        }
        assertThat(List.of(label("0"), label(0.0), label("-0.0"), label(-0.0))).containsOnly("0");
        assertThat(List.of(label(true), label("true"))).containsOnly("true");
        assertThat(List.of(label("-1"), label(-1.0))).containsOnly("-1");
        for (String word : List.of("01", "+1", "1.", ".5", "1e999999999", "1,5", " 1", "nan", "Infinity", "O")) {
            assertThat(label(word)).isEqualTo(word);
        }
    }

    @Test
    void whatIsMissingIsNoClass() {
        for (Object missing : List.of(Double.NaN, Float.NaN, "NaN", Double.POSITIVE_INFINITY)) {
            assertThatThrownBy(() -> label(missing))
                    .isInstanceOf(WeftException.class)
                    .hasMessageStartingWith("column label says " + missing + ": row=");
        }
        for (String missing : List.of("", " \t")) {
            assertThatThrownBy(() -> label(missing)).hasMessageStartingWith("column label is empty: row=");
        }
        assertThatThrownBy(() -> label(null)).hasMessageStartingWith("column label is null: row=");
        Fields tags = TaskRows.row("tags", List.of("O", ""));
        assertThatThrownBy(() -> tags.labels("tags")).hasMessageStartingWith("column tags is empty: row=");
        Fields holes = TaskRows.row("tags", Arrays.asList("O", null));
        assertThatThrownBy(() -> holes.labels("tags")).hasMessageStartingWith("column tags has a null in its array");
    }

    @Test
    void aModelThatWasTunedOnOtherSpellingsKnowsItsLabels() {
        Labels labels = Labels.of(List.of("0.0", "1.0"));
        assertThat(labels.known("1", "label")).isEqualTo(1);
        assertThat(labels.index("0", TaskRows.row())).isZero();
    }

    @Test
    void aRegressionsNumberIsOneInTheTypeThatLearnsIt() {
        assertThat(TaskRows.row("label", " 1e3 ").number("label")).isEqualTo(1000);
        for (Object odd : List.of("3,5", "inf", "1f", "0x1p3", Double.NaN, 1e39, "")) {
            assertThatThrownBy(() -> TaskRows.row("label", odd).number("label"))
                    .hasMessageStartingWith("column label is no finite number: row=");
        }
    }
}
