package org.weft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The rules that a document may be cleaned by. docs/cleaning.md says of each what it does and who published it. */
public enum CleanRule implements Word {
    UNICODE_CONTROLS,
    UNICODE_MOJIBAKE("max_mojibake"),
    UNICODE_REPLACEMENTS("max_replacements"),
    UNICODE_NFC(false),
    UNICODE_INVISIBLE(false),
    UNICODE_REPAIR(false),

    GOPHER_WORDS("min_words", "max_words", "min_characters"),
    GOPHER_WORD_LENGTH("min_mean_word_length", "max_mean_word_length"),
    GOPHER_SYMBOLS("max_symbol_ratio"),
    GOPHER_BULLETS("max_bullet_lines"),
    GOPHER_ELLIPSES("max_ellipsis_lines"),
    GOPHER_ALPHABETIC("min_alphabetic_words"),
    GOPHER_STOP_WORDS("min_stop_words", "stop_words"),
    GOPHER_DUPLICATE_PARAGRAPHS("max_duplicate_paragraphs", "max_duplicate_paragraph_characters"),
    GOPHER_DUPLICATE_LINES("max_duplicate_lines", "max_duplicate_line_characters"),
    GOPHER_TOP_NGRAMS("top_ngrams"),
    GOPHER_DUPLICATE_NGRAMS("duplicate_ngrams"),

    C4_LONG_WORDS("max_word_length"),
    C4_CITATIONS,
    C4_TERMINAL_PUNCTUATION,
    C4_SHORT_LINES("min_words_per_line"),
    C4_LOREM_IPSUM,
    C4_JAVASCRIPT,
    C4_CURLY_BRACKET,
    C4_POLICY,
    C4_SENTENCES("min_sentences"),
    C4_BAD_WORDS(false),

    FINEWEB_LINE_PUNCTUATION("min_line_punctuation"),
    FINEWEB_SHORT_LINES("max_short_lines", "short_line_length"),
    FINEWEB_DUPLICATE_CHARACTERS("max_duplicate_characters"),
    FINEWEB_NEWLINES("max_newlines"),

    REPEATED_LINES(false),
    REPEATED_PARAGRAPHS(false);

    /** Takes the place of all sets. */
    static final String ALL = "all";

    /** Takes the place of an empty list. */
    static final String NONE = "none";

    private final boolean inSet;
    private final String[] keys;

    /**
     * A rule that its set's name asks for.
     *
     * @param keys of the set's section that are its thresholds
     */
    CleanRule(String... keys) {
        this.inSet = true;
        this.keys = keys;
    }

    /**
     * @param inSet whether the set's name asks for it, or its own name alone
     */
    CleanRule(boolean inSet) {
        this.inSet = inSet;
        this.keys = new String[0];
    }

    /** {@code gopher.word_length}: the set, and the rule within it. */
    @Override
    public String word() {
        return set() + "." + name().substring(set().length() + 1).toLowerCase(Locale.ROOT);
    }

    /** Who speaks of it: {@code gopher}. */
    public String set() {
        return name().substring(0, name().indexOf('_')).toLowerCase(Locale.ROOT);
    }

    /** Every word that stands for rules. */
    static List<String> words() {
        List<String> words = new ArrayList<>(List.of(ALL, NONE));
        Arrays.stream(values()).map(CleanRule::set).distinct().forEach(words::add);
        words.addAll(Word.all(CleanRule.class));
        return words;
    }

    /** The rules that words of sets and of rules stand for. */
    static Set<CleanRule> of(List<String> words) {
        EnumSet<CleanRule> found = EnumSet.noneOf(CleanRule.class);
        for (CleanRule rule : values()) {
            if (words.contains(rule.word())
                    || (rule.inSet && (words.contains(rule.set()) || words.contains(ALL)))
                    || (rule.set().equals("repeated") && words.contains(rule.set()))) {
                found.add(rule);
            }
        }
        return found;
    }

    /** Whether a word of {@code except} leaves it out: its own, its set's, or that of all. */
    boolean isMeantBy(String word) {
        return word.equals(ALL) || word.equals(set()) || word.equals(word());
    }

    /** The rule whose threshold a key of a set's section is; null where there is none. */
    static CleanRule of(String set, String key) {
        return Arrays.stream(values())
                .filter(rule -> rule.set().equals(set) && List.of(rule.keys).contains(key))
                .findFirst()
                .orElse(null);
    }

    /** The rule's thresholds as they are configured: {@code max_words=100000 min_words=50}; empty where it has none. */
    public String thresholds(CleanConfig config) {
        if (set().equals("repeated")) {
            return "min_repeated_characters=" + config.minRepeatedCharacters();
        }
        JsonNode section = RecordBinder.toTree(config).path(set());
        return Arrays.stream(keys).map(key -> key + "=" + section.path(key)).collect(Collectors.joining(" "));
    }
}
