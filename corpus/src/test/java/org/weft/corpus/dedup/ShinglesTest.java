package org.weft.corpus.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Texts as sets, and sets as sketches. */
class ShinglesTest {
    @Test
    void textsAreComparedByTheirWordsAndByCharactersOfScriptsWithoutSpaces() {
        assertThat(normalized("  Hello, WORLD!\nIt's 2024… ")).isEqualTo("hello world it s 2024");
        assertThat(normalized("我爱 Spark。カード ไทย")).isEqualTo("我 爱 spark カ ー ド ไ ท ย");
        assertThat(normalized("한국어 текст ΣΊΣΥΦΟΣ ﬀ 𝒳 𐐀")).isEqualTo("한국어 текст σίσυφοσ ﬀ 𝒳 𐐨");
        assertThat(normalized("cafe\u0301 CAFÉ")).isEqualTo("café café");
        assertThat(normalized("🙂 -- ?!")).isEmpty();
        byte[] broken = {'a', (byte) 0xE4, (byte) 0xBD, 'b', (byte) 0xFF, 'c', (byte) 0xC3};
        assertThat(new String(TextUnits.normalized(broken), StandardCharsets.UTF_8))
                .endsWith("c");
    }

    @Test
    void noLocaleChangesWhatIsEqual() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(normalized("TITLE ISIK İ")).isEqualTo("title isik i");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shinglesAreRunsOfUnits() {
        Shingler shingler = new Shingler(3);
        int[] five = shingler.of(utf8("a b c d e"));
        assertThat(five).hasSize(3).isSorted();
        assertThat(shingler.of(utf8("b c d"))).hasSize(1).containsAnyOf(five);
        assertThat(shingler.of(utf8("天 地玄"))).isEqualTo(shingler.of(utf8("天地 玄")));
        assertThat(shingler.of(utf8("a b"))).hasSize(1).isEqualTo(shingler.of(utf8("A, b.")));
        assertThat(shingler.of(utf8("a b a b a b a"))).hasSize(2);
        assertThat(shingler.of(utf8("..."))).isEmpty();
        assertThat(Shingler.jaccard(five, shingler.of(utf8("a b c d f")))).isEqualTo(2.0 / 4);
        assertThat(Shingler.jaccard(five, five)).isOne();
        assertThat(Shingler.jaccard(five, new int[0])).isZero();
    }

    @Test
    void ofHugeTextsTheSmallestShinglesAreCompared() {
        int[] all = new Random(3).ints().limit(2_400_000).sorted().distinct().toArray();
        int[] a = IntStream.range(0, all.length)
                .filter(i -> i % 10 != 0)
                .map(i -> all[i])
                .limit(Shingler.MOST)
                .toArray();
        int[] b = IntStream.range(0, all.length)
                .filter(i -> i % 10 != 5)
                .map(i -> all[i])
                .limit(Shingler.MOST)
                .toArray();
        assertThat(Shingler.jaccard(a, b)).isCloseTo(0.8, within(0.002));
        assertThat(Shingler.jaccard(a, Arrays.copyOf(b, 1000))).isLessThan(0.001);
    }

    @Test
    void sketchesAgreeAsOftenAsSetsAreSimilar() {
        Random random = new Random(9);
        for (int size : new int[] {3, 40, 300, 3000}) {
            double agreed = 0;
            double squares = 0;
            int trials = 300;
            for (int t = 0; t < trials; t++) {
                int[] union = random.ints(4L * size).sorted().distinct().toArray();
                int[] a = IntStream.range(0, union.length)
                        .filter(i -> i % 4 != 0)
                        .map(i -> union[i])
                        .toArray();
                int[] b = IntStream.range(0, union.length)
                        .filter(i -> i % 4 != 1)
                        .map(i -> union[i])
                        .toArray();
                long[] left = new long[128];
                long[] right = new long[128];
                SimilaritySketch.fill(a, left);
                SimilaritySketch.fill(b, right);
                double share =
                        IntStream.range(0, 128).filter(i -> left[i] == right[i]).count() / 128.0;
                agreed += share;
                squares += (share - 0.5) * (share - 0.5);
            }
            assertThat(agreed / trials).as("size %d", size).isCloseTo(0.5, within(0.012));
            // Independent bins have a deviation of sqrt(0.25 / 128) = 0.044.
            assertThat(Math.sqrt(squares / trials)).as("size %d", size).isLessThan(0.05);
        }
    }

    @Test
    void bandsAreChosenForTheThreshold() {
        Bands bands = Bands.forThreshold(0.8, 128);
        assertThat(bands).isEqualTo(new Bands(18, 7));
        assertThat(bands.probability(0.8)).isCloseTo(0.9855, within(0.0001));
        assertThat(Bands.forThreshold(0.5, 128).rows()).isLessThan(bands.rows());
        assertThat(Bands.forThreshold(1.0, 16)).isNotNull();
    }

    private static String normalized(String text) {
        return new String(TextUnits.normalized(utf8(text)), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
