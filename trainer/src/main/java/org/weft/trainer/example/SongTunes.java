package org.weft.trainer.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.WeftException;

/**
 * Poems of the Song by the title that they bear, which is the tune that they are written to (宋词, 词牌): the twenty that have most, out of the
 * npm package chinese-poetry (MIT). A poem is of training or of test by its hash, four to one; poems under other titles are text to
 * pre-train on.
 */
final class SongTunes implements ExampleData {
    private static final NpmPackage PACKAGE = new NpmPackage("chinese-poetry", "2.0.1");
    private static final int TITLES = 20;
    private static final int PARTS = 5;
    /** What the collection has for a poem whose title was lost. */
    private static final String LOST = "失调名";

    private final Path archive;
    private final int perClass;

    /**
     * @param archive the package; null to have npm fetch it
     * @param perClass of training, at most; 0 for all
     */
    SongTunes(Path archive, int perClass) {
        this.archive = archive;
        this.perClass = perClass;
    }

    @Override
    public String origin() {
        return "poems of the Song by their title, of the npm package " + PACKAGE.file()
                + (perClass == 0 ? "" : ", of each " + perClass);
    }

    @Override
    public void writeTo(DataFolder folder) throws IOException {
        if (archive != null) {
            write(archive, folder);
            return;
        }
        Path scratch = Files.createTempDirectory("weft-example");
        try {
            write(PACKAGE.fetchTo(scratch), folder);
        } finally {
            try (Stream<Path> left = Files.list(scratch)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(scratch);
        }
    }

    private void write(Path file, DataFolder folder) throws IOException {
        Map<String, String> titles = new HashMap<>(); // by text: one that stands twice counts once
        NpmPackage.read(file, path -> path.contains("/songci/ci.song."), (path, content) -> {
            for (JsonNode poem : Json.parse(content, path, "fetch the package again")) {
                StringBuilder text = new StringBuilder();
                poem.path("paragraphs").forEach(line -> text.append(line.asText()));
                if (!text.isEmpty()) {
                    titles.putIfAbsent(text.toString(), poem.path("rhythmic").asText());
                }
            }
        });
        if (titles.isEmpty()) {
            throw WeftException.invalidData(
                    file + " has no poems in songci/", "give --input " + PACKAGE.file() + ", as npm pack writes it");
        }
        Set<String> most = most(titles);
        Topics topics = new Topics();
        titles.forEach((text, title) -> {
            Topics.Row row = Topics.Row.of(text, title);
            if (!most.contains(title)) {
                topics.addUnlabelled(row);
            } else if (row.part(PARTS) == 0) {
                topics.addTest(row);
            } else {
                topics.addTrain(row);
            }
        });
        topics.writeTo(folder, origin(), perClass);
    }

    private static Set<String> most(Map<String, String> titles) {
        Map<String, Long> counts = titles.values().stream()
                .filter(title -> !title.equals(LOST))
                .collect(Collectors.groupingBy(title -> title, Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Long>>comparingLong(Map.Entry::getValue)
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(TITLES)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
    }
}
