package org.weft.trainer.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;

/** The data that examples are made of. */
class ExampleDataTest {
    @TempDir
    Path temporary;

    private int made;

    @Test
    void definitionsAreTwentyClassesAndNoTextOfTestIsLearnt() throws IOException {
        Path folder = made(data("wordnet-topics", 8, null));
        List<JsonNode> train = rows(folder, "train.jsonl");
        List<JsonNode> test = rows(folder, "test.jsonl");
        assertThat(train).hasSize(20 * 8);
        assertThat(test).hasSize(20 * 2);
        assertThat(labels(train)).hasSize(20).contains("animal", "food", "time").isEqualTo(labels(test));
        Set<String> learnt = texts(train);
        learnt.addAll(texts(rows(folder, "text.jsonl")));
        assertThat(learnt).hasSizeGreaterThan(700).doesNotContainAnyElementsOf(texts(test));
        assertThat(train.get(0).path("label")).isNotEqualTo(train.get(1).path("label"));
        assertThat(Files.readString(folder.resolve("data.json")))
                .contains("definitions of nouns of WordNet 3.1 by their kind, of each 8", "\"animal\" : 8");
    }

    @Test
    void aFolderOfFoldersIsReadAsTwentyNewsgroupsIs() throws IOException {
        Path input = temporary.resolve("news");
        message(input, "news-train/sci.space/1", "From: a@b.c\nSubject: Re: orbit\nLines: 1\n\nIt orbits.\n");
        message(input, "news-train/rec.autos/1", "No header here: a car\n\nand more");
        message(input, "news-test/sci.space/2", "From: d@e.f\nSubject: moon\n\nWhat of the moon?");
        Files.write(
                input.resolve("news-train/rec.autos/2"), "a caf\u00e9 racer".getBytes(Charset.forName("windows-1252")));
        Path folder = made(data("wordnet-topics", 0, input));
        assertThat(texts(rows(folder, "train.jsonl")))
                .containsExactlyInAnyOrder(
                        "Re: orbit\n\nIt orbits.", "No header here: a car\n\nand more", "a caf\u00e9 racer");
        assertThat(rows(folder, "test.jsonl").get(0).path("label").asText()).isEqualTo("sci.space");
    }

    @Test
    void rowsOfJsonAreTakenAsTheyAre() throws IOException {
        Path input = Files.createDirectories(temporary.resolve("rows"));
        Files.writeString(
                input.resolve("train.jsonl"),
                "{\"text\": \"one\", \"label\": 1}\n\n{\"text\": \"two\", \"label\": 2}\n");
        Files.writeString(input.resolve("test.jsonl"), "{\"label\": 2, \"text\": \"deux\"}\n");
        Path folder = made(data("wordnet-topics", 0, input));
        assertThat(labels(rows(folder, "train.jsonl"))).containsExactlyInAnyOrder("1", "2");
        Files.writeString(input.resolve("test.jsonl"), "{\"body\": \"deux\", \"label\": 2}\n");
        refused(input, "test.jsonl, line 1 has no column text, it has body, label");
        Files.writeString(input.resolve("test.jsonl"), "{\"text\": \n");
        refused(input, "test.jsonl, line 1 is not JSON: it ends before the JSON does");
        Files.writeString(input.resolve("test.jsonl"), "{\"text\": \"trois\", \"label\": 3}\n");
        refused(input, "class 3 is in test and has no training text");
        Files.delete(input.resolve("test.jsonl"));
        refused(input, "there is no file " + input.resolve("test.jsonl"));
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        Path input = temporary.resolve("broken");
        message(input, "x-train/a/1", "text");
        refused(input, "has no folder with test in its name");
        message(input, "x-test/a/1", "other");
        Files.createDirectories(input.resolve("x-train/b"));
        refused(input, "class b has no text: " + input.resolve("x-train/b"));
        message(input, "x-train/b/1", "");
        message(input, "y-train/b/1", "");
        refused(input, "has 2 folders with train in its name");
        assertThatThrownBy(() -> data("wordnet-nothing", 1, null))
                .isInstanceOf(WeftException.class)
                .hasMessage("data.from=wordnet-nothing is unknown");
    }

    @Test
    void aFolderWithOtherDataIsNotWrittenOver() throws IOException {
        Path folder = made(data("wordnet-topics", 2, null));
        DataFolder there = new DataFolder(store(), folder.toString());
        assertThat(there.holds(data("wordnet-topics", 2, null).origin())).isTrue();
        assertThatThrownBy(() -> there.holds("others"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(folder + " holds other data: definitions of nouns")
                .hasMessageEndingWith("asked for: others");
        assertThat(new DataFolder(store(), folder + "-new").holds("others")).isFalse();
    }

    private void refused(Path input, String message) throws IOException {
        ExampleData data = data("wordnet-topics", 0, input);
        DataFolder target = new DataFolder(store(), temporary.resolve("refused").toString());
        assertThatThrownBy(() -> data.writeTo(target))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message)
                .satisfies(
                        failure -> assertThat(((WeftException) failure).hint()).isNotEmpty());
        assertThat(temporary.resolve("refused")).doesNotExist();
    }

    private static ExampleData data(String from, int rows, Path input) throws IOException {
        return ExampleData.of(new Example.Data(from, rows), Path.of("."), input, false);
    }

    private Path made(ExampleData data) throws IOException {
        Path folder = temporary.resolve("data-" + made++);
        data.writeTo(new DataFolder(store(), folder.toString()));
        return folder;
    }

    private static HadoopStore store() {
        return new HadoopStore(new Configuration());
    }

    private static void message(Path input, String path, String text) throws IOException {
        Files.createDirectories(input.resolve(path).getParent());
        Files.writeString(input.resolve(path), text);
    }

    private static List<JsonNode> rows(Path folder, String name) throws IOException {
        return Files.readAllLines(folder.resolve(name)).stream()
                .map(line -> {
                    try {
                        return Json.MAPPER.readTree(line);
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    private static Set<String> labels(List<JsonNode> rows) {
        return rows.stream().map(row -> row.path("label").asText()).collect(Collectors.toSet());
    }

    private static Set<String> texts(List<JsonNode> rows) {
        return rows.stream().map(row -> row.path("text").asText()).collect(Collectors.toCollection(HashSet::new));
    }
}
