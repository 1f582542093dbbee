package org.weft.corpus.clean;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.stream.Stream;
import opennlp.tools.langdetect.LanguageDetectorModel;
import opennlp.tools.ml.model.AbstractModel;
import opennlp.tools.ml.model.Context;

/**
 * The weights of Apache OpenNLP's language detector: 103 languages, by one to three letters in a row, a maximum entropy
 * model. Read by the library once in a process, which takes seconds, and kept in 15 MiB of flat arrays, for the library
 * itself looks at a fifth of a megabyte a second. Immutable.
 */
final class LanguageModel {
    /** Letters of the longest row. */
    static final int LONGEST = 3;

    private static final String FILE = "/langdetect-183.bin";
    private static final int BITS = 16;

    /** ISO 639-3 to two letters; of a macrolanguage's members, those that are written as it. */
    private static final Map<String, String> TWO_LETTERS = twoLetters();

    private final String[] languages;
    private final long[] keys;
    private final int[] places;
    private final int[] begins;
    private final byte[] outcomes;
    private final float[] weights;

    private LanguageModel(AbstractModel model) {
        Object[] structures = model.getDataStructures();
        @SuppressWarnings("unchecked") // as the library has it
        Map<String, Context> rows = (Map<String, Context>) structures[1];
        languages = Stream.of((String[]) structures[2]).map(LanguageModel::code).toArray(String[]::new);
        int all =
                rows.values().stream().mapToInt(row -> row.getOutcomes().length).sum();
        int size = Integer.highestOneBit(rows.size()) * 4;
        keys = new long[size];
        places = new int[size];
        begins = new int[rows.size() + 1];
        outcomes = new byte[all];
        weights = new float[all];
        int row = 0;
        int at = 0;
        for (Map.Entry<String, Context> entry : rows.entrySet()) {
            String letters = entry.getKey();
            if (letters.length() > 0 && letters.length() <= LONGEST) {
                long key = 0;
                for (int i = 0; i < letters.length(); i++) {
                    key = key << BITS | letters.charAt(i);
                }
                put(key, row + 1);
            }
            begins[row] = at;
            int[] ids = entry.getValue().getOutcomes();
            double[] parameters = entry.getValue().getParameters();
            for (int i = 0; i < ids.length; i++) {
                outcomes[at] = (byte) ids[i];
                weights[at++] = (float) parameters[i];
            }
            begins[++row] = at;
        }
    }

    /** The one of this process. */
    static LanguageModel get() {
        return Holder.MODEL;
    }

    private static final class Holder {
        private static final LanguageModel MODEL = read();

        private static LanguageModel read() {
            try (InputStream in = LanguageDetectorModel.class.getResourceAsStream(FILE)) {
                if (in == null) {
                    throw new IllegalStateException("the jar opennlp-models-langdetect is not on the class path");
                }
                return new LanguageModel((AbstractModel) new LanguageDetectorModel(in).getMaxentModel());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Map<String, String> twoLetters() {
        Map<String, String> codes = new HashMap<>();
        for (String two : Locale.getISOLanguages()) {
            try {
                codes.putIfAbsent(new Locale(two).getISO3Language(), two);
            } catch (MissingResourceException ignored) {
                // It has two letters alone.
            }
        }
        codes.putAll(Map.of("cmn", "zh", "pes", "fa", "ekk", "et", "lvs", "lv", "nob", "no", "nno", "nn"));
        return codes;
    }

    /** The code that is told: two letters where there are two. */
    static String code(String language) {
        return TWO_LETTERS.getOrDefault(language, language);
    }

    List<String> languages() {
        return List.of(languages);
    }

    private static int slot(long key, int mask) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & mask;
    }

    private void put(long key, int place) {
        int at = slot(key, keys.length - 1);
        while (places[at] != 0) {
            at = at + 1 & keys.length - 1;
        }
        keys[at] = key;
        places[at] = place;
    }

    /** Adds what a row of letters says of each language; the last letter stands in the lowest 16 bits. */
    void add(long letters, double[] sums) {
        int at = slot(letters, keys.length - 1);
        while (places[at] != 0) {
            if (keys[at] == letters) {
                for (int i = begins[places[at] - 1]; i < begins[places[at]]; i++) {
                    sums[outcomes[i]] += weights[i];
                }
                return;
            }
            at = at + 1 & keys.length - 1;
        }
    }
}
