package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.storage.HadoopStore;
import org.weft.tuning.chat.ChatFormat;

/** What a tuned model is exported with: the template it learnt, where the base's is another. */
class LearntTemplateTest {
    @TempDir
    Path directory;

    private String learnt(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of("run.dir=/nowhere", "finetune.from=/base"));
        all.addAll(List.of(settings));
        return LearntTemplate.of(HadoopStore.local(), ConfigLoader.load("test", "", all), "file://" + directory);
    }

    private void base(String template) throws IOException {
        Files.writeString(directory.resolve("chat_template.jinja"), template);
    }

    @Test
    void aFormatIsWrittenWhereTheBaseHasAnother() throws IOException {
        String[] tuned = {"finetune.task=instruction", "finetune.chat_template=chatml"};
        assertThat(learnt(tuned)).isEqualTo(ChatFormat.CHATML.jinja());
        base("{{ messages }} of its own");
        assertThat(learnt(tuned)).isEqualTo(ChatFormat.CHATML.jinja());
        base(ChatFormat.CHATML.jinja());
        assertThat(learnt(tuned)).isEmpty();
        String system = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
                + "{{ '<|im_start|>system\\nBe kind<|im_end|>\\n' }}{% endif %}";
        base(ChatFormat.CHATML.jinja().replace("{% for message in messages %}", system));
        assertThat(learnt(tuned)).as("a system message was not learnt").isEqualTo(ChatFormat.CHATML.jinja());
        assertThat(learnt("finetune.task=instruction", "finetune.chat_template=plain"))
                .isEqualTo(ChatFormat.PLAIN.jinja());
        assertThat(learnt("finetune.task=instruction", "finetune.chat_template=auto"))
                .as("as records have it of before it was settled")
                .isEqualTo(ChatFormat.PLAIN.jinja());
    }

    @Test
    void aTemplateIsWrittenWhereItIsNotTheBases() throws IOException {
        String[] tuned = {
            "finetune.task=instruction", "finetune.chat_template=model", "finetune.jinja=learnt {{ messages }}"
        };
        assertThat(learnt(tuned)).isEqualTo("learnt {{ messages }}");
        base("learnt {{ messages }}");
        assertThat(learnt(tuned)).isEmpty();
    }

    @Test
    void whatLearntNoConversationKeepsWhatItCameWith() throws IOException {
        base("{{ messages }}");
        assertThat(learnt("finetune.task=classification")).isEmpty();
        assertThat(learnt()).isEmpty();
    }
}
