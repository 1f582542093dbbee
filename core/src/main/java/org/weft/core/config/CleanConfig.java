package org.weft.core.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How documents are cleaned. Nothing is done that is not asked for. */
public record CleanConfig(
        @Doc("Rules that documents go through, by set (unicode, gopher, c4, fineweb, repeated; all for the first four; "
                + "none), or one by one, such as gopher.words or unicode.nfc: docs/cleaning.md has them all.")
        List<String> rules,

        @Doc("Sets and rules of these that are left out.") List<String> except,

        @Doc("Languages that are kept, such as [en, zh], by ISO 639 in two or three letters; empty for all.")
        List<String> languages,

        @Doc(
                "The least probability of the likeliest language, as Apache OpenNLP has it, which is low for short texts; 0 where "
                        + "the likeliest decides.")
        double languageThreshold,

        @Doc("Count documents by their likeliest language also where all languages are kept.")
        boolean countLanguages,

        @Doc("Thresholds of the rules unicode.*.") UnicodeConfig unicode,
        @Doc("Thresholds of the rules gopher.*.") GopherConfig gopher,
        @Doc("Thresholds of the rules c4.*.") C4Config c4,
        @Doc("Thresholds of the rules fineweb.*.") FinewebConfig fineweb,

        @Doc("Characters of the shortest line or paragraph that repeated.lines and repeated.paragraphs remove where it "
                + "comes again.")
        int minRepeatedCharacters)
        implements Serializable {

    static CleanConfig defaults() {
        return new CleanConfig(
                List.of(),
                List.of(),
                List.of(),
                0,
                false,
                UnicodeConfig.defaults(),
                GopherConfig.defaults(),
                C4Config.defaults(),
                FinewebConfig.defaults(),
                20);
    }

    /** The rules that are to be applied. */
    public Set<CleanRule> active() {
        Set<CleanRule> active = EnumSet.noneOf(CleanRule.class);
        active.addAll(CleanRule.of(rules));
        for (String word : except) {
            active.removeIf(rule -> rule.isMeantBy(word));
        }
        return active;
    }

    /** Whether the language of each document is to be found. */
    public boolean identifiesLanguages() {
        return countLanguages || !languages.isEmpty();
    }

    void validate(Problems problems) {
        validateWords(problems, "corpus.clean.rules", rules);
        validateWords(problems, "corpus.clean.except", except);
        problems.require(
                !rules.contains(CleanRule.NONE) || rules.size() == 1,
                "corpus.clean.rules=%s: none does not go with others",
                rules);
        problems.require(
                languageThreshold >= 0 && languageThreshold <= 1,
                "corpus.clean.language_threshold=%s must be in [0, 1]",
                languageThreshold);
        problems.require(
                minRepeatedCharacters >= 1,
                "corpus.clean.min_repeated_characters=%d must be at least 1",
                minRepeatedCharacters);
        boolean badWords = active().contains(CleanRule.C4_BAD_WORDS);
        problems.require(
                !badWords || !c4.badWordsFile().isBlank(),
                "corpus.clean.rules=%s asks for c4.bad_words, but corpus.clean.c4.bad_words_file is not set",
                rules);
        problems.require(
                badWords || c4.badWordsFile().isBlank(),
                "corpus.clean.c4.bad_words_file=%s is read by the rule c4.bad_words alone, which is not among "
                        + "corpus.clean.rules=%s",
                c4.badWordsFile(),
                rules);
        requireHeeded(problems);
        requireUse(problems, "unicode", unicode, UnicodeConfig.defaults());
        requireUse(problems, "gopher", gopher, GopherConfig.defaults());
        requireUse(problems, "c4", c4, C4Config.defaults());
        requireUse(problems, "fineweb", fineweb, FinewebConfig.defaults());
        unicode.validate(problems);
        gopher.validate(problems);
        c4.validate(problems);
        fineweb.validate(problems);
    }

    private void requireHeeded(Problems problems) {
        problems.requireUse(
                languageThreshold == 0 || !languages.isEmpty(),
                "corpus.clean.language_threshold=%s is of corpus.clean.languages, of which none is named",
                languageThreshold);
        problems.requireUse(
                minRepeatedCharacters == defaults().minRepeatedCharacters
                        || active().stream().anyMatch(rule -> rule.set().equals("repeated")),
                "corpus.clean.min_repeated_characters=%d is of the rules repeated.*, which are not among corpus.clean.rules=%s",
                minRepeatedCharacters,
                rules);
        Set<CleanRule> named = CleanRule.of(rules);
        for (String word : except) {
            // Without rules all is off, with whatever is said of them; a word that is none is told elsewhere.
            problems.requireUse(
                    named.isEmpty()
                            || word.equals(CleanRule.NONE)
                            || !CleanRule.words().contains(word)
                            || named.stream().anyMatch(rule -> rule.isMeantBy(word) || isOfNamedSet(rule, word)),
                    "corpus.clean.except: %s leaves out nothing of corpus.clean.rules=%s",
                    word,
                    rules);
        }
    }

    /** Of a set that is named, what is left out may be one of those rules that its name does not ask for. */
    private boolean isOfNamedSet(CleanRule rule, String word) {
        return word.startsWith(rule.set() + ".") && (rules.contains(rule.set()) || rules.contains(CleanRule.ALL));
    }

    /** A threshold that no rule asks for is a mistake. */
    private void requireUse(Problems problems, String set, Record given, Record defaults) {
        Set<CleanRule> active = active();
        if (active.stream().noneMatch(rule -> rule.set().equals(set))) {
            problems.require(
                    given.equals(defaults),
                    "corpus.clean.%s is set, but none of its rules is among corpus.clean.rules=%s",
                    set,
                    rules);
            return;
        }
        ObjectNode usual = RecordBinder.toTree(defaults);
        RecordBinder.toTree(given).properties().forEach(threshold -> {
            CleanRule of = CleanRule.of(set, threshold.getKey());
            problems.requireUse(
                    of == null || active.contains(of) || threshold.getValue().equals(usual.get(threshold.getKey())),
                    "corpus.clean.%s.%s is set, but its rule %s is not among corpus.clean.rules=%s except=%s",
                    set,
                    threshold.getKey(),
                    of == null ? "" : of.word(),
                    rules,
                    except);
        });
    }

    private static void validateWords(Problems problems, String key, List<String> given) {
        List<String> known = CleanRule.words();
        for (String word : given) {
            problems.require(known.contains(word), "%s: no rule or set %s%s", key, word, Suggestion.among(known, word));
        }
    }

    /** A share of something. */
    static void requireShare(Problems problems, String key, double value) {
        problems.require(value >= 0 && value <= 1, "%s=%s must be in [0, 1]", key, value);
    }
}
