package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.trainer.commands.TextContinuation.Continuation;

class BatchFilesTest {
    @TempDir
    Path directory;

    private final BatchFiles files = new BatchFiles(HadoopStore.local());

    @Test
    void readsLines() throws IOException {
        assertThat(files.prompts(write("a.txt", "\uFEFFone\r\n\n  two é \n \nthree")))
                .containsExactly("one", "  two é ", "three");
        Path packed = directory.resolve("b.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(files.prompts(packed.toString())).containsExactly("one", "two");
    }

    @Test
    void readsJsonLines() throws IOException {
        assertThat(files.prompts(write("a.jsonl", "{\"prompt\": \"one\\ntwo\", \"id\": 1}\n\n{\"prompt\": \"\"}\n")))
                .containsExactly("one\ntwo", "");
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertRejected(directory + "/none", ExitStatus.USAGE, "--prompts: no such file: " + directory + "/none");
        String blank = write("blank.txt", "\n \n");
        assertRejected(blank, ExitStatus.USAGE, "--prompts: no prompt in " + blank);
        String broken = write("broken.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": ");
        assertRejected(broken, ExitStatus.INVALID_DATA, "broken JSON: file=" + broken + " line=2: ");
        String other = write("other.jsonl", "{\"text\": \"a\", \"prompt\": 7}");
        assertRejected(
                other, ExitStatus.INVALID_DATA, "no text \"prompt\": file=" + other + " line=1 keys=[text, prompt]");
        String half = write("half.jsonl", "{\"prompt\": \"\\ud83d\\udc4d\"}\n{\"prompt\": \"a\\ud83d\"}");
        assertRejected(
                half,
                ExitStatus.INVALID_DATA,
                "\"prompt\" is no text: file=" + half + " line=2: the character at 1 is half of a surrogate pair, \\ud83d");
        Path latin = Files.write(directory.resolve("latin.txt"), new byte[] {'a', (byte) 0xE9, 'b'});
        assertRejected(latin.toString(), ExitStatus.INVALID_DATA, "--prompts: not UTF-8: " + latin);
    }

    @Test
    void writesTextsInTheOrderOfTheirPrompts() throws IOException {
        Path out = directory.resolve("out.jsonl");
        SamplingOptions sampling = new SamplingOptions(1, 0, 1, 42);
        List<Continuation> texts = List.of(
                new Continuation(" é\n", 3, FinishReason.LENGTH), new Continuation("", 0, FinishReason.END_OF_TEXT));
        files.write(out.toString(), List.of("a", "b"), texts, sampling);
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .isEqualTo(
                        "{\"prompt\":\"a\",\"text\":\" é\\n\",\"tokens\":3,\"finish_reason\":\"length\",\"seed\":42}");
        JsonNode second = new ObjectMapper().readTree(lines.get(1));
        assertThat(second.path("finish_reason").asText()).isEqualTo("end_of_text");
        assertThat(second.path("seed").asLong()).isEqualTo(sampling.ofText(1).seed());
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private void assertRejected(String path, ExitStatus status, String message) {
        assertThatThrownBy(() -> files.prompts(path))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageStartingWith(message);
    }
}
