package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.weft.core.config.WeftConfig;

/** Where a row's tokens stand in its text. */
class ReadTextTest {

    @Test
    void tokensAreThoseOfTheExampleAndStandWhereTheirLettersDo() {
        for (String family : new String[] {"bert", "gpt2"}) {
            WeftConfig pair = TaskRows.config(
                    family,
                    "classification",
                    "finetune.labels=[a, b]",
                    "dataset.pair_column=other",
                    "dataset.max_length=11");
            Fields row = TaskRows.row("text", "ab cd", "other", "e fghijk");
            try (Encoder encoder = TaskRows.encoder(pair)) {
                Task task = Task.of(pair);
                ReadText read = task.read(row, encoder);
                assertThat(read.text()).isEqualTo("ab cd | e fghijk");
                assertThat(read.tokens())
                        .isEqualTo(task.encode(row, encoder, false).example().tokens());
                StringBuilder letters = new StringBuilder();
                for (int i = 0; i < read.tokens().length; i++) {
                    letters.append(read.text(), read.starts()[i], read.ends()[i])
                            .append(',');
                }
                assertThat(letters.toString())
                        .isEqualTo(family.equals("bert") ? ",a,b,c,d,,e,f,g,h,," : "a,b, ,c,d,,e, ,f,g,h,");
            }
        }
    }

    @Test
    void aTaskThatHeedsGroupsReadsAsItsOwn() {
        WeftConfig config = TaskRows.config(
                "gpt2",
                "classification",
                "finetune.labels=[a, b]",
                "finetune.reweighing=group",
                "dataset.group_column=g");
        try (Encoder encoder = TaskRows.encoder(config)) {
            ReadText read = Task.of(config).read(TaskRows.row("text", "", "g", "x"), encoder);
            assertThat(read.tokens()).containsExactly(TinyTokenizers.END);
            assertThat(read.ends()).containsExactly(0);
        }
    }
}
