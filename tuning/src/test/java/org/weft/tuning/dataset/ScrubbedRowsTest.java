package org.weft.tuning.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.Records;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.config.WeftConfig;
import org.weft.corpus.privacy.Scrubber;
import org.weft.tuning.task.Fields;

class ScrubbedRowsTest {
    @Test
    void takesPersonalThingsOutOfTextsAtAnyDepthAndLeavesLabels() throws IOException {
        PrivacyConfig all = Records.with(WeftConfig.defaults().dataset().privacy(), "kinds", List.of("all"));
        ScrubbedRows scrubbed =
                new ScrubbedRows(Scrubber.of(all, "dataset.privacy", null), List.of("text", "messages", "absent"));
        Fields row = new Fields(Map.of(
                "text", "mail bob@example.com",
                "label", "bob@example.com",
                "messages", List.of(Map.of("role", "user", "content", "I am at 93.184.216.34"))));
        Fields left = scrubbed.call(List.of(row).iterator()).next();
        assertThat(left.get("text")).isEqualTo("mail <EMAIL>");
        assertThat(left.get("label")).isEqualTo("bob@example.com");
        assertThat(left.get("messages")).isEqualTo(List.of(Map.of("role", "user", "content", "I am at <IP>")));
    }

    @Test
    void tasksOfPlacesInTextsRefuseIt() {
        List<String> settings = List.of(
                "run.dir=/tmp/x", "finetune.task=qa", "model.architecture=bert", "dataset.privacy.kinds=[email]");
        assertThatThrownBy(() -> ConfigLoader.load(List.of(), settings))
                .hasMessageContaining("dataset.privacy.kinds=[email] would move the places in texts");
    }
}
