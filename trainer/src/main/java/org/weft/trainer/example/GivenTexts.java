package org.weft.trainer.example;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.weft.core.WeftException;

/** A user's own text: a file, or a folder of files, in UTF-8, whose paragraphs are documents: {@code text.jsonl}. */
final class GivenTexts implements ExampleData {
    private final Path input;
    private final int most;

    /**
     * @param most documents, the first; 0 for all
     */
    GivenTexts(Path input, int most) {
        this.input = input;
        this.most = most;
    }

    @Override
    public String origin() {
        return input.toAbsolutePath().normalize() + (most == 0 ? "" : ", the first " + most + " paragraphs");
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Path file : files()) {
            for (String paragraph : text(file).split("\\R\\s*\\R")) {
                if (!paragraph.isBlank() && (most == 0 || rows.size() < most)) {
                    rows.add(Map.of(Topics.TEXT, paragraph.strip()));
                }
            }
        }
        if (rows.isEmpty()) {
            throw WeftException.invalidData("--input " + input + " has no text", "give a file, or a folder of files");
        }
        folder.write("text.jsonl", rows);
        folder.commit(origin(), Map.of("documents", rows.size()));
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(input)) {
            return List.of(input);
        }
        try (Stream<Path> found = Files.walk(input)) {
            return found.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException other) {
            throw WeftException.invalidData(file + " is not UTF-8", "iconv -f windows-1252 -t UTF-8 writes it so");
        }
    }
}
