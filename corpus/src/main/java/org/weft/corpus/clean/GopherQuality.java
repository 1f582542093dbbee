package org.weft.corpus.clean;

import java.util.Arrays;
import java.util.Set;
import org.weft.core.config.CleanRule;
import org.weft.core.config.GopherConfig;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * MassiveText's quality filter: what of a document's words says that it is prose. Rae et al., "Scaling Language Models:
 * Methods, Analysis &amp; Insights from Training Gopher", 2021, appendix A.1.1. For one thread.
 */
final class GopherQuality implements TextStep.Pass {
    private final Set<CleanRule> active;
    private final GopherConfig limits;
    private final TextScan scan;
    private final boolean english;
    private final long[] stopWords;
    private final boolean[] seen;

    /** Found by {@link LanguageRule} where that runs before; null where it does not. */
    private final LanguageRule languages;

    GopherQuality(Set<CleanRule> active, GopherConfig limits, TextScan scan, LanguageRule languages) {
        this.active = active;
        this.limits = limits;
        this.scan = scan;
        this.languages = languages;
        this.english = limits.stopWords().equals(GopherConfig.ENGLISH);
        this.stopWords = limits.stopWords().stream().mapToLong(TextScan::hashOf).toArray();
        this.seen = new boolean[stopWords.length];
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        scan.of(text);
        CleanRule broken = broken(tally);
        return broken == null ? TextStep.Outcome.kept(text) : TextStep.Outcome.dropped(text, broken.word());
    }

    private CleanRule broken(Tally tally) {
        boolean unspaced = scan.isUnspaced();
        if (active.contains(CleanRule.GOPHER_WORDS)) {
            int least = unspaced ? limits.minCharacters() : limits.minWords();
            if (scan.allWords < least || scan.allWords > limits.maxWords()) {
                return CleanRule.GOPHER_WORDS;
            }
        }
        if (applies(CleanRule.GOPHER_WORD_LENGTH, !unspaced, tally) && !meanLengthIsOfWords()) {
            return CleanRule.GOPHER_WORD_LENGTH;
        }
        if (active.contains(CleanRule.GOPHER_SYMBOLS) && tooManySymbols()) {
            return CleanRule.GOPHER_SYMBOLS;
        }
        if (active.contains(CleanRule.GOPHER_BULLETS) && bulletLines() > limits.maxBulletLines() * scan.lines) {
            return CleanRule.GOPHER_BULLETS;
        }
        if (active.contains(CleanRule.GOPHER_ELLIPSES) && ellipsisLines() > limits.maxEllipsisLines() * scan.lines) {
            return CleanRule.GOPHER_ELLIPSES;
        }
        if (active.contains(CleanRule.GOPHER_ALPHABETIC)
                && scan.alphabeticWords < limits.minAlphabeticWords() * (scan.allWords + scan.symbols)) {
            return CleanRule.GOPHER_ALPHABETIC;
        }
        if (applies(CleanRule.GOPHER_STOP_WORDS, hasStopWords(), tally) && !enoughStopWords()) {
            return CleanRule.GOPHER_STOP_WORDS;
        }
        return null;
    }

    /** Whether a rule is on and makes sense; counts where it is on and makes none. */
    private boolean applies(CleanRule rule, boolean sensible, Tally tally) {
        if (!active.contains(rule)) {
            return false;
        }
        if (!sensible) {
            RuleCounters.passedOver(tally, rule);
        }
        return sensible;
    }

    private boolean meanLengthIsOfWords() {
        double mean = scan.allWords == 0 ? 0 : (double) scan.wordCharacters / scan.allWords;
        return mean >= limits.minMeanWordLength() && mean <= limits.maxMeanWordLength();
    }

    private boolean tooManySymbols() {
        long hashes = 0;
        long ellipses = 0;
        char[] chars = scan.chars;
        int length = scan.length;
        for (int i = 0; i < length; i++) {
            char c = chars[i];
            if (c == '#') {
                hashes++;
            } else if (c == '…') {
                ellipses++;
                i += i + 1 < length && chars[i + 1] == '…' ? 1 : 0; // Chinese writes it twice.
            } else if (c == '.' && i + 2 < length && chars[i + 1] == '.' && chars[i + 2] == '.') {
                ellipses++;
                i += 2;
            }
        }
        double most = limits.maxSymbolRatio() * scan.allWords;
        return hashes > most || ellipses > most;
    }

    private int bulletLines() {
        int bullets = 0;
        for (int line = 0; line < scan.lines; line++) {
            int start = scan.lineStart[line];
            bullets += switch (scan.chars[start]) {
                case '•', '-', '‣', '◦', '●', '▪' -> 1;
                case '*', '·' -> start + 1 < scan.lineEnd[line] && scan.chars[start + 1] == ' ' ? 1 : 0;
                default -> 0;
            };
        }
        return bullets;
    }

    private int ellipsisLines() {
        int ellipses = 0;
        for (int line = 0; line < scan.lines; line++) {
            ellipses += scan.endsWithEllipsis(line) ? 1 : 0;
        }
        return ellipses;
    }

    /** English's stop words are asked of Latin text that was not found to be of another language. */
    private boolean hasStopWords() {
        if (!english) {
            return true;
        }
        return scan.isLatin()
                && (languages == null
                        || languages.last().equals("en")
                        || languages.last().isEmpty());
    }

    private boolean enoughStopWords() {
        Arrays.fill(seen, false);
        int missing = limits.minStopWords();
        for (int word = 0; word < scan.words && missing > 0; word++) {
            long hash = scan.wordHash[word];
            for (int i = 0; i < stopWords.length; i++) {
                if (hash == stopWords[i] && !seen[i]) {
                    seen[i] = true;
                    missing--;
                }
            }
        }
        return missing <= 0;
    }
}
