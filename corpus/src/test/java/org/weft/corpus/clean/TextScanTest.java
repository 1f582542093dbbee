package org.weft.corpus.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The scan beside a plain one, by code points and lists. */
class TextScanTest {
    private static final String ALPHABET =
            "abc XYZ 019 .,-'\"(«é ñ\n\n\t\u00A0\u3000中国\u3042\u30A2\u30FCกข\u0E31д\u0301한글…。🙂𠀀𝒜𐐀";

    @Test
    void findsTheWordsAndLinesOfThePlainScan() {
        Random random = new Random(11);
        TextScan scan = new TextScan();
        int[] alphabet = ALPHABET.codePoints().toArray();
        for (int round = 0; round < 5000; round++) {
            int[] points = IntStream.range(0, random.nextInt(40))
                    .map(i -> alphabet[random.nextInt(alphabet.length)])
                    .toArray();
            String text = new String(points, 0, points.length);
            scan.of(text);
            assertThat(words(scan, text)).as("words of %s", text).isEqualTo(plainWords(text));
            assertThat(lines(scan, text)).as("lines of %s", text).isEqualTo(plainLines(text));
            assertThat(scan.allWords).isEqualTo(scan.words);
        }
    }

    @Test
    void equalWordsAndLinesHaveEqualHashesAndOthersNone() {
        TextScan scan = new TextScan().of("(red) green, red;\n blue red\n\tblue red");
        assertThat(scan.wordHash[0]).isEqualTo(scan.wordHash[2]).isEqualTo(TextScan.hashOf("red"));
        assertThat(scan.wordHash[1]).isNotEqualTo(scan.wordHash[0]);
        assertThat(scan.lineHash[1]).isEqualTo(scan.lineHash[2]).isNotEqualTo(scan.lineHash[0]);
        assertThat(scan.lineFirstWord).startsWith(0, 3, 5, 7);
    }

    @Test
    void aLongTextDoesNotStay() {
        TextScan scan = new TextScan();
        scan.of("long ".repeat(1_000_000));
        assertThat(scan.words).isEqualTo(1_000_000);
        scan.of("short");
        assertThat(scan.chars.length).isLessThan(100);
        assertThat(scan.wordStart.length).isLessThan(2000);
    }

    @Test
    void sentencesEndInEveryScript() {
        assertThat(sentences("One. Two! Three? Four")).isEqualTo(4);
        assertThat(sentences("Version 3.5 costs 2.99. \"Yes.\" No...")).isEqualTo(3);
        assertThat(sentences("白日依山盡，黃河入海流。欲窮千里目，更上一層樓。")).isEqualTo(2);
        assertThat(sentences("「そうか？」と言った。")).isEqualTo(2);
        assertThat(sentences(" ... ")).isZero();
    }

    private static int sentences(String text) {
        return Sentences.count(text, 0, text.length());
    }

    private static List<String> words(TextScan scan, String text) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < scan.words; i++) {
            words.add(text.substring(scan.wordStart[i], scan.wordEnd[i]));
        }
        return words;
    }

    private static List<String> lines(TextScan scan, String text) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < scan.lines; i++) {
            lines.add(text.substring(scan.lineStart[i], scan.lineEnd[i]));
        }
        return lines;
    }

    private static List<String> plainLines(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n")) {
            String stripped = line.replaceAll("^[\\s\\u00A0\\u3000]+|[\\s\\u00A0\\u3000]+$", "");
            if (!stripped.isEmpty()) {
                lines.add(stripped);
            }
        }
        return lines;
    }

    private static List<String> plainWords(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder chunk = new StringBuilder();
        boolean afterUnspaced = false;
        for (int point : (text + "\n").codePoints().toArray()) {
            byte kind = CharacterClasses.of(point);
            if (kind == CharacterClasses.MARK && afterUnspaced && chunk.isEmpty()) {
                words.set(words.size() - 1, words.get(words.size() - 1) + Character.toString(point));
                continue;
            }
            afterUnspaced = kind == CharacterClasses.UNSPACED;
            if (kind == CharacterClasses.SPACE || kind == CharacterClasses.NEWLINE || afterUnspaced) {
                String word = chunk.toString().replaceAll("^[^\\p{L}\\p{N}\\p{M}]+|[^\\p{L}\\p{N}\\p{M}]+$", "");
                if (!word.isEmpty()) {
                    words.add(word);
                }
                chunk.setLength(0);
                if (afterUnspaced) {
                    words.add(Character.toString(point));
                }
            } else {
                chunk.appendCodePoint(point);
            }
        }
        return words;
    }
}
