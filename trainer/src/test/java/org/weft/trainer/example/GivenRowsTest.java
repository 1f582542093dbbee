package org.weft.trainer.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;

/** A user's own rows in place of those that an example makes. */
class GivenRowsTest {
    @TempDir
    Path temporary;

    private Path input;

    @BeforeEach
    void classes() throws IOException {
        input = Files.createDirectories(temporary.resolve("input"));
        file("text.jsonl", "{\"text\": \"标题\"}\n");
        file("train.jsonl", "{\"text\": \"一\", \"label\": 1, \"more\": 2}\n\n{\"text\": \"二\", \"label\": \"b\"}\n");
        file("test.jsonl", "{\"label\": \"b\", \"text\": \"三\"}\n");
    }

    @Test
    void columnsAreTakenAsTheyAre() throws IOException {
        Path made = temporary.resolve("made");
        data().writeTo(folder(made));
        assertThat(Files.readAllLines(made.resolve("train.jsonl")))
                .containsExactly("{\"text\":\"一\",\"label\":1}", "{\"text\":\"二\",\"label\":\"b\"}");
        assertThat(Files.readString(made.resolve("data.json"))).contains("\"train.jsonl\" : 2", input.toString());
    }

    @Test
    void whatCannotBeLearntIsNamedWithItsPlaceAndNothingIsWritten() throws IOException {
        file("train.jsonl", "{\"text\": \"一\", \"kind\": 1}\n");
        refused("train.jsonl, line 1 has no column label, it has text, kind");
        file("train.jsonl", "{\"text\": \"一\", \"label\": \" \"}\n");
        refused("train.jsonl, line 1: column label is empty");
        file("train.jsonl", "{\"text\": \n");
        refused("train.jsonl, line 1 is not JSON: it ends before the JSON does");
        file("train.jsonl", "\n\n");
        refused("train.jsonl has no row");
        file("train.jsonl", "{\"text\": \"一\", \"label\": \"b\"}\n{\"text\": \"二\", \"label\": \"b\"}\n");
        refused("train.jsonl has the one label b: there is nothing to tell apart");
        file("train.jsonl", "{\"text\": \"一\", \"label\": \"a\"}\n{\"text\": \"二\", \"label\": \"c\"}\n");
        refused("test.jsonl: no row to learn from has its label b");
        Files.write(input.resolve("train.jsonl"), new byte[] {'{', (byte) 0xff, '\n'});
        refused("train.jsonl is not UTF-8");
        Files.delete(input.resolve("train.jsonl"));
        refused("there is no file " + input.resolve("train.jsonl"));
    }

    private void refused(String message) throws IOException {
        ExampleData data = data();
        Path target = temporary.resolve("refused");
        assertThatThrownBy(() -> data.writeTo(folder(target)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message)
                .satisfies(
                        failure -> assertThat(((WeftException) failure).hint()).contains("give "));
        assertThat(target).doesNotExist();
    }

    private ExampleData data() throws IOException {
        return ExampleData.of(new Example.Data("grammar", 100), Path.of("../examples/chinese-titles"), input, false);
    }

    private static DataFolder folder(Path path) {
        return new DataFolder(new HadoopStore(new Configuration()), path.toString());
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(input.resolve(name), text);
    }
}
