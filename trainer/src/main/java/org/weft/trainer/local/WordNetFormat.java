package org.weft.trainer.local;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * WordNet's {@code data.*} files (manual page wndb(5WN)). After a licence, whose lines begin with two spaces, a synset
 * a line:
 *
 * <pre>
 * synset_offset lex_filenum ss_type w_cnt word lex_id [word lex_id …] p_cnt [ptr …] [frames …] | gloss
 * 02086723      05          n       03    dog  0      domestic_dog 0 …                         | a member of …
 * </pre>
 *
 * {@code w_cnt} is two hexadecimal digits; a word has underscores for spaces and, if an adjective, may end with its
 * position in parentheses: (p), (a) or (ip).
 */
final class WordNetFormat {
    private static final int FILE_FIELD = 1;
    private static final int WORD_COUNT_FIELD = 3;
    private static final Pattern MARKER = Pattern.compile("\\((?:p|a|ip)\\)$");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    private WordNetFormat() {}

    static boolean isLicence(String line) {
        return line.startsWith("  ");
    }

    /** Throws {@link IllegalArgumentException} for anything but a synset's line. */
    static WordNetEntry parse(String line) {
        int bar = line.indexOf(" | ");
        if (bar < 0) {
            throw new IllegalArgumentException("no gloss in: " + line);
        }
        String[] fields = line.substring(0, bar).split(" ");
        if (fields.length <= WORD_COUNT_FIELD) {
            throw new IllegalArgumentException("no words in: " + line);
        }
        int words = Integer.parseInt(fields[WORD_COUNT_FIELD], 16);
        int first = WORD_COUNT_FIELD + 1;
        if (fields.length < first + 2 * words) {
            throw new IllegalArgumentException("fewer than " + words + " words in: " + line);
        }
        List<String> lemmas = new ArrayList<>(words);
        for (int i = 0; i < words; i++) {
            String word = MARKER.matcher(fields[first + 2 * i]).replaceFirst("");
            lemmas.add(word.replace('_', ' '));
        }
        String gloss = SPACES.matcher(line.substring(bar + 3)).replaceAll(" ").strip();
        return new WordNetEntry(Integer.parseInt(fields[FILE_FIELD]), lemmas, gloss);
    }
}
