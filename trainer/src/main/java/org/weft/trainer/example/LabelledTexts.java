package org.weft.trainer.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.core.WeftException;

/**
 * A user's own texts by class, in one of two forms: as 20 Newsgroups is packed, and many others after it,
 *
 * <pre>
 * 20news-bydate/
 *   20news-bydate-train/          the one folder with "train" in its name
 *     sci.space/                  a class
 *       60189                     a text
 *   20news-bydate-test/           the one with "test"
 * </pre>
 *
 * or {@code train.jsonl} and {@code test.jsonl} with the columns text and label. A message's header is left out but for its subject.
 */
final class LabelledTexts implements ExampleData {
    private static final String HINT =
            "give --input a folder of two, one with train and one with test in its name, of a folder of texts for each class"
                    + " (20news-bydate), or of train.jsonl and test.jsonl with text and label";

    private final Path folder;
    private final int perClass;

    LabelledTexts(Path folder, int perClass) {
        this.folder = folder;
        this.perClass = perClass;
    }

    @Override
    public String origin() {
        return folder.toAbsolutePath().normalize() + (perClass == 0 ? "" : ", of each " + perClass);
    }

    @Override
    public void writeTo(DataFolder target) throws IOException {
        Topics topics = new Topics();
        if (Files.isRegularFile(folder.resolve("train.jsonl"))) {
            rows(folder.resolve("train.jsonl"), topics::addTrain);
            rows(folder.resolve("test.jsonl"), topics::addTest);
        } else {
            texts(part("train"), topics::addTrain);
            texts(part("test"), topics::addTest);
        }
        topics.writeTo(target, origin(), perClass);
    }

    private Path part(String word) throws IOException {
        List<Path> found = children(folder).stream()
                .filter(Files::isDirectory)
                .filter(child -> child.getFileName().toString().contains(word))
                .toList();
        if (found.size() != 1) {
            throw WeftException.usage(
                    "--input " + folder + " has " + (found.isEmpty() ? "no folder" : found.size() + " folders")
                            + " with " + word + " in its name",
                    HINT);
        }
        return found.get(0);
    }

    private static void texts(Path part, Consumer<Topics.Row> rows) throws IOException {
        for (Path label : children(part)) {
            List<Path> files = Files.isDirectory(label) ? children(label) : List.of();
            if (files.isEmpty()) {
                throw WeftException.invalidData(
                        "class " + label.getFileName() + " has no text: " + label,
                        "put a file for each text there, or remove it");
            }
            for (Path file : files) {
                rows.accept(Topics.Row.of(
                        body(decoded(Files.readAllBytes(file))),
                        label.getFileName().toString()));
            }
        }
    }

    private static void rows(Path file, Consumer<Topics.Row> rows) throws IOException {
        for (Map<String, JsonNode> row : new JsonRows(List.of(Topics.TEXT, Topics.LABEL), false, 0, HINT).of(file)) {
            rows.accept(Topics.Row.of(
                    row.get(Topics.TEXT).asText(), row.get(Topics.LABEL).asText()));
        }
    }

    /** Of a message of Usenet, whose header ends at the first empty line: its subject and what follows; of others all. */
    private static String body(String text) {
        int end = text.indexOf("\n\n");
        List<String> header =
                end < 0 ? List.of() : text.substring(0, end).lines().toList();
        if (header.stream().noneMatch(line -> line.startsWith("From: "))) {
            return text.strip();
        }
        String subject = header.stream()
                .filter(line -> line.startsWith("Subject: "))
                .map(line -> line.substring("Subject: ".length()))
                .collect(Collectors.joining());
        return (subject + text.substring(end)).strip();
    }

    /** UTF-8, or what it was before there was that. */
    private static String decoded(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .replace("\r\n", "\n");
        } catch (CharacterCodingException older) {
            return new String(bytes, Charset.forName("windows-1252")).replace("\r\n", "\n");
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw WeftException.usage("--input " + folder + " is no folder", HINT);
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(child -> !child.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }
}
