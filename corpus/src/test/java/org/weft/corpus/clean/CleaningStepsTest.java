package org.weft.corpus.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.config.CleanConfig;
import org.weft.core.config.CleanRule;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.core.storage.HadoopStore;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/** Each rule on a document that breaks it and one that does not. */
class CleaningStepsTest {
    private static final String PROSE =
            "The ship had sailed to the north of the island, and that was all we knew with any "
                    + "certainty. Nobody had been told when she would be back. The harbour master kept a book of every vessel, and "
                    + "in it he wrote the hour, the wind and the weather. We have read that book from cover to cover. It says "
                    + "nothing of a storm. Still, the people of the town talked of one for years.";

    /** Wang Zhihuan, "Climbing the Stork Tower"; twenty characters and two sentences. */
    private static final String POEM = "白日依山盡，黃河入海流。\n欲窮千里目，更上一層樓。";

    @TempDir
    private Path directory;

    @Test
    void withoutRulesThereIsNothingToDo() throws IOException {
        TextStep steps = CleaningSteps.of(corpus(clean()), null);
        assertThat(steps.rules()).isEmpty();
        assertThat(steps.begin().apply(" x\u0000 ", new Tally()).text()).isEqualTo(" x\u0000 ");
    }

    @Test
    void proseAndPoemsStayAsTheyAre() {
        for (String text : List.of(PROSE, POEM, "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。")) {
            Tally tally = new Tally();
            TextStep.Outcome outcome = apply(clean("all"), text, tally);
            assertThat(outcome.droppedBy()).as(text).isNull();
            assertThat(outcome.text()).isEqualTo(text);
        }
    }

    /** Thai and Lao write spaces between phrases, and nothing at a sentence's end. */
    @Test
    void scriptsWithoutMarksAtSentencesEndsStay() {
        for (String text : List.of(
                "ประเทศไทยตั้งอยู่ในเอเชียตะวันออกเฉียงใต้\nมีพรมแดนด้านตะวันออกติดกับลาวและกัมพูชา\nเมืองหลวงคือกรุงเทพมหานคร",
                "ປະເທດລາວຕັ້ງຢູ່ໃນອາຊີຕາເວັນອອກສຽງໃຕ້\nນະຄອນຫຼວງແມ່ນວຽງຈັນ ເຊິ່ງຕັ້ງຢູ່ແຄມແມ່ນ້ຳຂອງ")) {
            for (String rules : List.of("c4", "fineweb", "gopher")) {
                assertThat(apply(clean(rules), text, new Tally()).droppedBy())
                        .as(text)
                        .isNull();
            }
        }
    }

    @Test
    void rulesThatMakeNoSenseForAScriptAreCountedAsPassedOver() {
        Tally tally = new Tally();
        apply(clean("all"), POEM, tally);
        assertThat(tally.counts("clean.passed_over."))
                .containsOnlyKeys("c4.sentences", "fineweb.short_lines", "gopher.stop_words", "gopher.word_length");
    }

    @Test
    void eachRuleDropsWhatBreaksIt() {
        dropped("gopher.words", "too short to be a document");
        dropped("gopher.words", "白日依山");
        dropped("gopher.word_length", words(60, i -> "a" + i % 9));
        dropped("gopher.symbols", words(60, i -> i % 5 == 0 ? "#word" : "word" + i));
        dropped("gopher.symbols", words(60, i -> i % 5 == 0 ? "word..." : "word" + i));
        dropped("gopher.bullets", lines(20, i -> "- the item of the list, number " + i));
        dropped("gopher.ellipses", lines(20, i -> "the beginning of article " + i + (i % 2 == 0 ? "…" : "...")));
        dropped("gopher.alphabetic", words(80, i -> i % 3 == 0 ? "the" : String.valueOf(1000 + i)));
        dropped("gopher.stop_words", words(60, i -> "noun" + i));
        dropped("gopher.duplicate_paragraphs", PROSE + "\n\n" + PROSE);
        dropped("gopher.duplicate_lines", lines(20, i -> "a line, the " + i % 10 + "th of them"));
        dropped("gopher.top_ngrams", words(100, i -> i % 2 == 0 ? (i % 4 == 0 ? "buy" : "now") : "x" + i % 3));
        dropped("gopher.duplicate_ngrams", PROSE + " " + PROSE.substring(0, 150));
        dropped("c4.lorem_ipsum", PROSE + " And now for Lorem IPSUM at last.");
        dropped("c4.curly_bracket", PROSE + " if (x) { y = 1.");
        dropped("c4.sentences", "The first of two sentences. The second one.");
        dropped("fineweb.line_punctuation", lines(20, i -> "an entry of a menu, somewhat longer than thirty " + i));
        dropped("fineweb.short_lines", lines(20, i -> "A short line, " + i + "."));
        dropped("fineweb.duplicate_characters", lines(20, i -> "This line has some words in it, " + i % 19 + "."));
        dropped("fineweb.newlines", lines(40, i -> "word" + i + " word."));
        dropped("unicode.replacements", PROSE + " caf\uFFFD");
    }

    @Test
    void dropsForTheFirstReasonAndShowsAnExample() {
        Tally tally = new Tally();
        assertThat(apply(clean("all"), "short", tally).droppedBy()).isEqualTo("gopher.words");
        assertThat(tally.examples("gopher.words")).containsExactly("short");
    }

    @Test
    void c4RemovesLinesAndCounts() {
        String page = "Home\n" + PROSE
                + "\nPlease enable JavaScript in your browser now.\nWe use cookies on this site.\n"
                + "See our Privacy Policy for all details.\nAn encyclopedia says[12] so[edit] [citation needed].\n"
                + "A line that ends nowhere\nA line that ends...\nOh well.\n" + "x".repeat(1001) + " is a long word.";
        Tally tally = new Tally();
        TextStep.Outcome outcome = apply(clean("c4"), page, tally);
        assertThat(outcome.text()).isEqualTo(PROSE + "\nAn encyclopedia says so .");
        assertThat(tally.counts("clean.pieces."))
                .hasToString("{c4.citations=3, c4.javascript=1, c4.long_words=1, c4.policy=2, c4.short_lines=1,"
                        + " c4.terminal_punctuation=3}");
    }

    @Test
    void badWordsAreWholeWordsButInChineseAnywhere() throws IOException {
        Path words = Files.writeString(directory.resolve("words.txt"), "\uFEFFDarn\nbad phrase\n混蛋\n");
        CleanConfig clean =
                Records.with(clean("c4.bad_words"), "c4", Records.with(clean().c4(), "badWordsFile", words.toString()));
        for (String bad : List.of("well, DARN it", "a bad phrase", "你這混蛋啊")) {
            assertThat(apply(clean, bad, new Tally()).droppedBy()).as(bad).isEqualTo("c4.bad_words");
        }
        for (String good : List.of("darned", "a bad phrases", "xdarn", "bad  phrase")) {
            assertThat(apply(clean, good, new Tally()).isDropped()).as(good).isFalse();
        }
        CleanConfig nowhere = Records.with(clean, "c4", Records.with(clean.c4(), "badWordsFile", words + ".x"));
        assertThatThrownBy(() -> CleaningSteps.of(corpus(nowhere), HadoopStore.local()))
                .hasMessageContaining("corpus.clean.c4.bad_words_file: no such file: " + words + ".x");
    }

    @Test
    void removesWhatComesAgain() {
        String footer = "All rights reserved by the owner.";
        String text = footer + "\nfirst\n\n" + footer + "\nsecond\nsecond\n" + footer + "\n";
        Tally tally = new Tally();
        assertThat(apply(clean("repeated"), text, tally).text()).isEqualTo(footer + "\nfirst\n\nsecond\nsecond\n");
        assertThat(tally.count("clean.pieces.repeated.lines")).isEqualTo(2);
        String twice = PROSE + "\n\n" + PROSE + "\n\nend";
        assertThat(apply(clean("repeated.paragraphs"), twice, tally).text()).isEqualTo(PROSE + "\n\nend");
    }

    @Test
    void anyTextGoesThroughEveryRule() {
        Random random = new Random(7);
        TextStep.Pass pass = pass(Records.with(
                clean("all", "repeated", "unicode.nfc", "unicode.invisible", "unicode.repair"),
                "except",
                List.of("gopher.words")));
        String alphabet = "ab .\n\t-•…。，中\u3042ก\u0E31\u00AD\u200B\uFEFF\u0000Ã©â€™{[]1]#\"'É\uFFFD\u2028";
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(60); k > 0; k--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                text.append(random.nextInt(30) == 0 ? "𠀀" : random.nextInt(30) == 0 ? "🙂" : "");
            }
            TextStep.Outcome once = pass.apply(text.toString(), new Tally());
            assertThat(once.text()).as(text.toString()).isNotNull();
            assertThat(pass.apply(text.toString(), new Tally())).isEqualTo(once);
        }
    }

    @Test
    void turkishChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(new Locale("tr"));
            assertThat(apply(clean("c4"), PROSE + " LOREM IPSUM.", new Tally()).droppedBy())
                    .isEqualTo("c4.lorem_ipsum");
            assertThat(Word.all(CleanRule.class)).contains("unicode.invisible");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void stepsTravelAndSayWhatDecidesTheirOutcome() throws Exception {
        TextStep steps = CleaningSteps.of(corpus(clean("gopher", "unicode.nfc")), null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(steps);
        }
        TextStep arrived;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            arrived = (TextStep) in.readObject();
        }
        assertThat(arrived.rules()).isEqualTo(steps.rules()).containsKeys("clean.gopher.words", "clean.unicode.nfc");
        assertThat(arrived.begin().apply("short", new Tally()).droppedBy()).isEqualTo("gopher.words");
        assertThat(steps.rules())
                .containsEntry("clean.gopher.words", "1 min_words=50 max_words=100000 min_characters=10")
                .containsEntry("clean.unicode.nfc", "1")
                .containsEntry("java", Integer.toString(Runtime.version().feature()))
                .containsEntry(
                        "clean.gopher.top_ngrams",
                        "1 top_ngrams=[{\"n\":2,\"max\":0.2},{\"n\":3,\"max\":0.18}," + "{\"n\":4,\"max\":0.16}]");
    }

    private static void dropped(String rule, String text) {
        Tally tally = new Tally();
        assertThat(apply(clean(rule), text, tally).droppedBy()).as(text).isEqualTo(rule);
        assertThat(tally.examples(rule)).hasSize(1);
        assertThat(apply(clean(rule), PROSE, tally).droppedBy()).isNull();
    }

    private static String words(int count, IntFunction<String> word) {
        return IntStream.range(0, count).mapToObj(word).collect(Collectors.joining(" "));
    }

    private static String lines(int count, IntFunction<String> line) {
        return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n"));
    }

    private static CleanConfig clean(String... rules) {
        return Records.with(WeftConfig.defaults().corpus().clean(), "rules", List.of(rules));
    }

    private static CorpusConfig corpus(CleanConfig clean) {
        return Records.with(WeftConfig.defaults().corpus(), "clean", clean);
    }

    private static TextStep.Pass pass(CleanConfig clean) {
        try {
            return CleaningSteps.of(corpus(clean), HadoopStore.local()).begin();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TextStep.Outcome apply(CleanConfig clean, String text, Tally tally) {
        return pass(clean).apply(text, tally);
    }
}
