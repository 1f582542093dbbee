package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.Records;

class CleanConfigTest {
    private static final CleanConfig NOTHING = CleanConfig.defaults();

    @Test
    void doesNothingThatIsNotAskedFor() {
        assertThat(NOTHING.active()).isEmpty();
        assertThat(NOTHING.identifiesLanguages()).isFalse();
        assertThat(rules("none").active()).isEmpty();
        assertThat(PrivacyConfig.defaults().active()).isEmpty();
    }

    @Test
    void rulesAreNamedBySetOrOneByOne() {
        assertThat(rules("c4.javascript", "unicode.nfc").active())
                .containsExactly(CleanRule.UNICODE_NFC, CleanRule.C4_JAVASCRIPT);
        assertThat(rules("fineweb").active()).hasSize(4);
        assertThat(rules("repeated").active()).containsExactly(CleanRule.REPEATED_LINES, CleanRule.REPEATED_PARAGRAPHS);
        CleanConfig fineweb = Records.with(rules("all"), "except", List.of("c4.terminal_punctuation", "unicode"));
        assertThat(fineweb.active())
                .contains(CleanRule.GOPHER_WORDS, CleanRule.C4_SENTENCES, CleanRule.FINEWEB_NEWLINES)
                .doesNotContain(
                        CleanRule.C4_TERMINAL_PUNCTUATION,
                        CleanRule.UNICODE_CONTROLS,
                        CleanRule.C4_BAD_WORDS,
                        CleanRule.REPEATED_LINES);
    }

    @Test
    void isSetKeyByKey() {
        List<ConfigLoader.Source> file = List.of(new ConfigLoader.Source(
                "run.yaml", "run: {dir: /tmp/x}\ncorpus: {clean: {rules: [gopher], gopher: {min_words: 7}}}"));
        CleanConfig clean = ConfigLoader.load(
                        file,
                        List.of(
                                "corpus.clean.gopher.max_words=99",
                                "corpus.clean.gopher.min_characters=5",
                                "corpus.clean.except=[gopher.bullets]"))
                .corpus()
                .clean();
        assertThat(clean.rules()).containsExactly("gopher");
        assertThat(clean.gopher().minWords()).isEqualTo(7);
        assertThat(clean.active()).doesNotContain(CleanRule.GOPHER_BULLETS);
        assertThatThrownBy(() -> ConfigLoader.load(file, List.of("corpus.clean.gopher.words=9")))
                .hasMessageContaining("unknown key corpus.clean.gopher.words");
    }

    @Test
    void refusesWhatWouldNotBeHonoured() {
        assertProblem(rules("gofer"), "corpus.clean.rules: no rule or set gofer");
        assertProblem(rules("c4.bad_words"), "asks for c4.bad_words, but corpus.clean.c4.bad_words_file is not set");
        assertProblem(rules("none", "c4"), "corpus.clean.rules=[none, c4]: none does not go with others");
        assertProblem(
                Records.with(rules("c4"), "gopher", Records.with(GopherConfig.defaults(), "minWords", 3)),
                "corpus.clean.gopher is set, but none of its rules is among corpus.clean.rules=[c4]");
        assertProblem(
                Records.with(rules("c4"), "c4", Records.with(C4Config.defaults(), "badWordsFile", "words.txt")),
                "corpus.clean.c4.bad_words_file=words.txt is read by the rule c4.bad_words alone");
        assertProblem(
                Records.with(rules("gopher"), "gopher", Records.with(GopherConfig.defaults(), "minStopWords", 9)),
                "corpus.clean.gopher.min_stop_words=9 must be in [0, 8], the number of stop_words=");
    }

    @Test
    void refusesThresholdsAndExceptionsOfRulesThatAreOff() {
        assertProblem(
                Records.with(rules("gopher.symbols"), "gopher", Records.with(GopherConfig.defaults(), "minWords", 20)),
                "corpus.clean.gopher.min_words is set, but its rule gopher.words is not among"
                        + " corpus.clean.rules=[gopher.symbols] except=[]");
        assertProblem(
                Records.with(rules("c4"), "minRepeatedCharacters", 9),
                "corpus.clean.min_repeated_characters=9 is of the rules repeated.*");
        assertProblem(
                Records.with(rules("c4"), "languageThreshold", 0.8),
                "corpus.clean.language_threshold=0.8 is of corpus.clean.languages, of which none is named");
        assertProblem(
                Records.with(rules("gopher"), "except", List.of("gopher.words", "c4")),
                "corpus.clean.except: c4 leaves out nothing of corpus.clean.rules=[gopher]");
        assertProblem(
                Records.with(rules("gopher.symbols"), "except", List.of("gopher.words")),
                "corpus.clean.except: gopher.words leaves out nothing of corpus.clean.rules=[gopher.symbols]");
        for (CleanConfig off : List.of(rules(), rules("none"))) {
            assertValid(Records.with(off, "except", List.of("c4.terminal_punctuation")));
        }
        assertValid(Records.with(rules("all"), "except", List.of("none")));
        Problems problems = new Problems();
        Records.with(rules("all"), "except", List.of("gofer")).validate(problems);
        assertThat(problems.all()).singleElement().asString().contains("did you mean gopher");
        assertValid(Records.with(
                Records.with(rules("gopher"), "except", List.of("gopher.bullets")),
                "gopher",
                Records.with(GopherConfig.defaults(), "minWords", 20)));
        assertValid(Records.with(rules("repeated.lines"), "minRepeatedCharacters", 9));
    }

    /** What was not heeded when a checkpoint was made does not make it one that cannot be read. */
    @Test
    void aRecordMaySayWhatNothingHeeds() {
        Problems problems = Problems.ofRecord();
        Records.with(rules("c4"), "minRepeatedCharacters", 9).validate(problems);
        assertThat(problems.all()).isEmpty();
        String yaml = "run: {dir: /tmp/x}\ncorpus: {clean: {language_threshold: 0.5}, deduplicate: {keep: first}}";
        assertThat(ConfigLoader.recorded("a checkpoint", yaml).corpus().clean().languageThreshold())
                .isEqualTo(0.5);
        assertThatThrownBy(() -> ConfigLoader.load("run.yaml", yaml, List.of()))
                .hasMessageContaining("2 problems")
                .hasMessageContaining("corpus.deduplicate.keep=first is for exact=normalized or near=minhash");
    }

    @Test
    void pseudonymsNeedTheNameOfAKey() {
        PrivacyConfig pseudonyms = Records.with(
                Records.with(PrivacyConfig.defaults(), "kinds", List.of("all")),
                "replace",
                PrivacyConfig.Replace.PSEUDONYM);
        assertProblem(pseudonyms, "x.replace=pseudonym needs a key: name either x.key_file or x.key_variable");
        assertProblem(
                Records.with(PrivacyConfig.defaults(), "keyVariable", "KEY"),
                "x.key_file and x.key_variable are for x.replace=pseudonym");
        assertProblem(
                Records.with(
                        Records.with(PrivacyConfig.defaults(), "replace", PrivacyConfig.Replace.PSEUDONYM),
                        "keyFile",
                        "key"),
                "x.replace=pseudonym is set, but x.kinds names nothing that is taken out");
        assertProblem(
                Records.with(
                        Records.with(PrivacyConfig.defaults(), "kinds", List.of("email")),
                        "keepPrivateAddresses",
                        false),
                "x.keep_private_addresses=false is of the kind ip, which is not among x.kinds=[email]");
        assertProblem(
                Records.with(PrivacyConfig.defaults(), "kinds", List.of("e-mail")),
                "x.kinds: no kind e-mail; did you mean email?");
        assertProblem(
                Records.with(PrivacyConfig.defaults(), "phoneRegions", List.of("usa")),
                "x.phone_regions: usa is no region in two capital letters");
    }

    private static CleanConfig rules(String... rules) {
        return Records.with(NOTHING, "rules", List.of(rules));
    }

    private static void assertValid(CleanConfig config) {
        Problems problems = new Problems();
        config.validate(problems);
        assertThat(problems.all()).isEmpty();
    }

    private static void assertProblem(Record config, String problem) {
        Problems problems = new Problems();
        if (config instanceof CleanConfig clean) {
            clean.validate(problems);
        } else {
            ((PrivacyConfig) config).validate(problems, "x");
        }
        assertThatThrownBy(() -> problems.throwIfAny("test")).hasMessageContaining(problem);
    }
}
