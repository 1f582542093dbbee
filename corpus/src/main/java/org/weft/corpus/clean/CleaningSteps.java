package org.weft.corpus.clean;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.weft.core.ByteOrderMark;
import org.weft.core.WeftException;
import org.weft.core.config.CleanConfig;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.Suggestion;
import org.weft.core.storage.Store;
import org.weft.corpus.privacy.Scrubber;
import org.weft.corpus.text.TextStep;

/** What every document of a corpus goes through before it is compared with others. */
public final class CleaningSteps {
    private CleaningSteps() {}

    /**
     * The steps that a configuration asks for, as one; it has no {@link TextStep#rules} where none is asked for, and
     * documents need not be decoded then.
     *
     * @param store where files that the configuration names are read, here and not in tasks
     */
    public static TextStep of(CorpusConfig corpus, Store store) throws IOException {
        List<TextStep> steps = new ArrayList<>();
        CleanConfig clean = corpus.clean();
        List<String> regions = List.copyOf(corpus.privacy().phoneRegions());
        if (!clean.active().isEmpty() || clean.identifiesLanguages()) {
            steps.add(new CleaningStep(
                    clean, languages(clean.languages()), badWords(clean, store), () -> Scrubber.ofExamples(regions)
                            .texts()));
        }
        if (!corpus.privacy().active().isEmpty()) {
            steps.add(Scrubber.of(corpus.privacy(), "corpus.privacy", store));
        }
        return TextStep.chain(steps);
    }

    /** Languages by the identifier's codes. */
    private static Set<String> languages(List<String> given) {
        Set<String> languages = new TreeSet<>();
        if (given.isEmpty()) {
            return languages;
        }
        List<String> known = LanguageIdentifier.known();
        for (String language : given) {
            String code = LanguageModel.code(language);
            if (!known.contains(code)) {
                throw WeftException.usage(
                        "corpus.clean.languages: no language " + language + Suggestion.near(known, language),
                        "known are " + String.join(", ", known));
            }
            languages.add(code);
        }
        return languages;
    }

    private static List<String> badWords(CleanConfig clean, Store store) throws IOException {
        String file = clean.c4().badWordsFile();
        if (file.isBlank()) {
            return List.of();
        }
        try {
            return ByteOrderMark.without(new String(store.readAll(file), StandardCharsets.UTF_8))
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (FileNotFoundException absent) {
            throw WeftException.usage(
                    "corpus.clean.c4.bad_words_file: no such file: " + file,
                    "give a file with a word or phrase a line");
        }
    }
}
