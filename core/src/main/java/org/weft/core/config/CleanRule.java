package org.weft.core.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rules that a document may be cleaned by. docs/cleaning.md says of each what it does and who published it. */
public enum CleanRule implements Word {
    UNICODE_CONTROLS,
    UNICODE_MOJIBAKE,
    UNICODE_REPLACEMENTS,
    UNICODE_NFC(false),
    UNICODE_INVISIBLE(false),
    UNICODE_REPAIR(false),

    GOPHER_WORDS,
    GOPHER_WORD_LENGTH,
    GOPHER_SYMBOLS,
    GOPHER_BULLETS,
    GOPHER_ELLIPSES,
    GOPHER_ALPHABETIC,
    GOPHER_STOP_WORDS,
    GOPHER_DUPLICATE_PARAGRAPHS,
    GOPHER_DUPLICATE_LINES,
    GOPHER_TOP_NGRAMS,
    GOPHER_DUPLICATE_NGRAMS,

    C4_LONG_WORDS,
    C4_CITATIONS,
    C4_TERMINAL_PUNCTUATION,
    C4_SHORT_LINES,
    C4_LOREM_IPSUM,
    C4_JAVASCRIPT,
    C4_CURLY_BRACKET,
    C4_POLICY,
    C4_SENTENCES,
    C4_BAD_WORDS(false),

    FINEWEB_LINE_PUNCTUATION,
    FINEWEB_SHORT_LINES,
    FINEWEB_DUPLICATE_CHARACTERS,
    FINEWEB_NEWLINES,

    REPEATED_LINES(false),
    REPEATED_PARAGRAPHS(false);

    /** Takes the place of all sets. */
    static final String ALL = "all";

    /** Takes the place of an empty list. */
    static final String NONE = "none";

    private final boolean inSet;

    CleanRule() {
        this(true);
    }

    /**
     * @param inSet whether the set's name asks for it, or its own name alone
     */
    CleanRule(boolean inSet) {
        this.inSet = inSet;
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
}
