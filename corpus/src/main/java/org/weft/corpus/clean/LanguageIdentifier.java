package org.weft.corpus.clean;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which language a document is written in. A script that one language alone is written in says so by itself: Kana Japanese,
 * Hangul Korean, Han without Kana Chinese, old or new. Other letters are asked of {@link LanguageModel}, at four places of
 * the document. For one thread.
 */
final class LanguageIdentifier {
    /** Letters that are looked at. */
    private static final int MOST_LETTERS = 384;

    private static final int PLACES = 4;

    /** Characters at each place where letters are scarce. */
    private static final int REACH = 4 * MOST_LETTERS / PLACES;

    /** Share of Kana from which Han is Japanese. */
    private static final double LEAST_KANA = 0.05;

    private static final Map<UnicodeScript, String> BY_SCRIPT = Map.ofEntries(
            Map.entry(UnicodeScript.HANGUL, "ko"),
            Map.entry(UnicodeScript.THAI, "th"),
            Map.entry(UnicodeScript.LAO, "lo"),
            Map.entry(UnicodeScript.KHMER, "km"),
            Map.entry(UnicodeScript.MYANMAR, "my"),
            Map.entry(UnicodeScript.TIBETAN, "bo"),
            Map.entry(UnicodeScript.GEORGIAN, "ka"),
            Map.entry(UnicodeScript.ARMENIAN, "hy"),
            Map.entry(UnicodeScript.GREEK, "el"),
            Map.entry(UnicodeScript.TAMIL, "ta"),
            Map.entry(UnicodeScript.TELUGU, "te"),
            Map.entry(UnicodeScript.KANNADA, "kn"),
            Map.entry(UnicodeScript.MALAYALAM, "ml"),
            Map.entry(UnicodeScript.GUJARATI, "gu"),
            Map.entry(UnicodeScript.GURMUKHI, "pa"),
            Map.entry(UnicodeScript.SINHALA, "si"),
            Map.entry(UnicodeScript.ETHIOPIC, "am"));

    private static final Found NOTHING = new Found("", 0);
    private static final String[] SCRIPTS = scripts();

    private final HashTable seen = new HashTable();
    private double[] sums = new double[0];
    private int han;
    private int kana;
    private int own;
    private String ownLanguage = "";
    private int asked;

    /**
     * @param language two letters, three where there are no two; empty where there is nothing to go by
     * @param probability of that language
     */
    record Found(String language, double probability) {}

    /** All languages that are told apart, by their codes. */
    static List<String> known() {
        TreeSet<String> known = new TreeSet<>(LanguageModel.get().languages());
        known.addAll(BY_SCRIPT.values());
        known.addAll(List.of("zh", "ja"));
        return new ArrayList<>(known);
    }

    /** Of each UTF-16 unit the language that its script is alone of; {@code -} for Han, {@code +} for Kana. */
    private static String[] scripts() {
        String[] scripts = new String[1 << 16];
        for (int c = 0; c < scripts.length; c++) {
            if (Character.isLetter(c)) {
                scripts[c] = switch (UnicodeScript.of(c)) {
                    case HAN -> "-";
                    case HIRAGANA, KATAKANA -> "+";
                    default -> BY_SCRIPT.getOrDefault(UnicodeScript.of(c), "");
                };
            }
        }
        return scripts;
    }

    Found of(String text) {
        han = 0;
        kana = 0;
        own = 0;
        ownLanguage = "";
        asked = 0;
        seen.clear(LanguageModel.LONGEST * Math.min(text.length() + 1, 2 * MOST_LETTERS));
        Arrays.fill(sums, 0);
        int window = MOST_LETTERS / PLACES;
        if (text.length() <= PLACES * REACH) {
            look(text, 0, text.length(), MOST_LETTERS);
        } else {
            for (int place = 0; place < PLACES; place++) {
                int from = (int) ((long) text.length() * place / PLACES);
                look(text, from, Math.min(text.length(), from + REACH), window);
            }
        }
        return found();
    }

    private Found found() {
        int letters = han + kana + own + asked;
        if (letters == 0) {
            return NOTHING;
        }
        int eastAsian = han + kana;
        if (2 * eastAsian > letters) {
            boolean japanese = kana > LEAST_KANA * eastAsian;
            return new Found(japanese ? "ja" : "zh", (double) eastAsian / letters);
        }
        if (2 * own > letters) {
            return new Found(ownLanguage, (double) own / letters);
        }
        return asked == 0 ? NOTHING : likeliest();
    }

    private Found likeliest() {
        int best = 0;
        for (int i = 1; i < sums.length; i++) {
            best = sums[i] > sums[best] ? i : best;
        }
        double all = 0;
        for (double sum : sums) {
            all += StrictMath.exp(sum - sums[best]); // Math's may differ from machine to machine
        }
        return new Found(LanguageModel.get().languages().get(best), 1 / all);
    }

    /** Looks at letters from some place on; what is no letter is a space, and of spaces there is one in a row. */
    private void look(String text, int from, int to, int most) {
        long row = ' ';
        int letters = 0;
        for (int i = from; i < to && letters < most; i++) {
            char c = text.charAt(i);
            String script = SCRIPTS[c];
            if (script == null) {
                if ((row & 0xFFFF) != ' ') {
                    row = row << 16 | ' ';
                    count(row);
                }
                continue;
            }
            letters++;
            if (script.isEmpty()) {
                asked++;
                char lower = Character.toLowerCase(c);
                row = row << 16 | lower;
                count(row);
            } else {
                ofScript(script);
            }
        }
    }

    private void ofScript(String script) {
        if (script.equals("-")) {
            han++;
        } else if (script.equals("+")) {
            kana++;
        } else {
            own++;
            ownLanguage = script;
        }
    }

    /** The last one, two and three letters, where they have not been met. */
    private void count(long row) {
        if (sums.length == 0) {
            sums = new double[LanguageModel.get().languages().size()];
        }
        LanguageModel model = LanguageModel.get();
        addOnce(model, row & 0xFFFFL);
        addOnce(model, row & 0xFFFF_FFFFL);
        addOnce(model, row & 0xFFFF_FFFF_FFFFL);
    }

    private void addOnce(LanguageModel model, long letters) {
        if (letters != 0 && seen.add(letters * 0x9E3779B97F4A7C15L) == 0) {
            model.add(letters, sums);
        }
    }
}
