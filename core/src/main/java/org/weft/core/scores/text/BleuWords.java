package org.weft.core.scores.text;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The words that BLEU counts: punctuation stands apart from what it touches. The rules are those of mteval-v13a, the script
 * of the WMT's evaluations, as sacrebleu has them (Post, "A Call for Clarity in Reporting BLEU Scores", 2018).
 */
enum BleuWords {
    /** For languages with spaces between words. */
    MTEVAL_13A {
        @Override
        String prepared(String text) {
            String line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
            if (line.indexOf('&') >= 0) {
                line = line.replace("&quot;", "\"")
                        .replace("&amp;", "&")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">");
            }
            return " " + line + " ";
        }
    },
    /** For Chinese: each of its characters, and of its punctuation, is a word. */
    CHINESE {
        @Override
        String prepared(String text) {
            StringBuilder apart = new StringBuilder();
            text.codePoints().forEach(letter -> {
                if (chinese(letter)) {
                    apart.append(' ').appendCodePoint(letter).append(' ');
                } else {
                    apart.appendCodePoint(letter);
                }
            });
            return apart.toString();
        }
    };

    private static final Pattern PUNCTUATION = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern POINT_AFTER_ANY_BUT_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern POINT_BEFORE_ANY_BUT_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

    /**
     * First and last of each range, in order. That from U+2001 is sacrebleu's: it means Unicode's extension B, whose numbers
     * have five digits, and writes four, so that dashes and quotation marks are among them and the extension is not.
     */
    private static final int[] CHINESE_RANGES = {
        0x2001, 0x2a6d, 0x2e80, 0x2eff, 0x2f00, 0x2fdf, 0x2ff0, 0x2fff, 0x3000, 0x303f, 0x3100, 0x312f, 0x31a0, 0x31bf,
        0x31c0, 0x31ef, 0x3200, 0x32ff, 0x3300, 0x33ff, 0x3400, 0x4db5, 0x4e00, 0x9fbb, 0xf900, 0xfa2d, 0xfa30, 0xfa6a,
        0xfa70, 0xfad9, 0xfe10, 0xfe1f, 0xfe30, 0xfe4f, 0xff00, 0xffef
    };

    abstract String prepared(String text);

    /** Of one text. */
    List<String> of(String text) {
        String line = prepared(Words.stripped(text));
        line = PUNCTUATION.matcher(line).replaceAll(" $1 ");
        line = POINT_AFTER_ANY_BUT_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = POINT_BEFORE_ANY_BUT_DIGIT.matcher(line).replaceAll(" $1 $2");
        return Words.of(DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 "));
    }

    private static boolean chinese(int letter) {
        for (int i = 0; i < CHINESE_RANGES.length; i += 2) {
            if (letter >= CHINESE_RANGES[i] && letter <= CHINESE_RANGES[i + 1]) {
                return true;
            }
        }
        return false;
    }
}
