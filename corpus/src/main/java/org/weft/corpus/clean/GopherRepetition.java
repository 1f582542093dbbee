package org.weft.corpus.clean;

import java.util.List;
import java.util.Set;
import org.weft.core.config.CleanRule;
import org.weft.core.config.GopherConfig;
import org.weft.core.config.GopherConfig.NgramLimit;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * MassiveText's repetition filter: lines, paragraphs and words in a row that come again and again. Rae et al., "Scaling
 * Language Models: Methods, Analysis &amp; Insights from Training Gopher", 2021, table A1. For one thread.
 *
 * <p>Words in a row are hashed as they roll by. Of longer rows none comes twice where no shorter one did, so that most
 * documents are looked at with the shortest alone.
 */
final class GopherRepetition implements TextStep.Pass {
    private static final long BASE = 0xD1342543DE82EF95L;

    private final Set<CleanRule> active;
    private final GopherConfig limits;
    private final TextScan scan;
    private final HashTable table = new HashTable();
    private int wordCharacters;

    GopherRepetition(Set<CleanRule> active, GopherConfig limits, TextScan scan) {
        this.active = active;
        this.limits = limits;
        this.scan = scan;
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        scan.of(text);
        CleanRule broken = broken();
        return broken == null ? TextStep.Outcome.kept(text) : TextStep.Outcome.dropped(text, broken.word());
    }

    private CleanRule broken() {
        if (active.contains(CleanRule.GOPHER_DUPLICATE_PARAGRAPHS) && repeatsParagraphs()) {
            return CleanRule.GOPHER_DUPLICATE_PARAGRAPHS;
        }
        if (active.contains(CleanRule.GOPHER_DUPLICATE_LINES) && repeatsLines()) {
            return CleanRule.GOPHER_DUPLICATE_LINES;
        }
        wordCharacters = 0;
        for (int word = 0; word < scan.words; word++) {
            wordCharacters += characters(word);
        }
        if (active.contains(CleanRule.GOPHER_TOP_NGRAMS) && hasTopNgram()) {
            return CleanRule.GOPHER_TOP_NGRAMS;
        }
        if (active.contains(CleanRule.GOPHER_DUPLICATE_NGRAMS) && repeatsNgrams()) {
            return CleanRule.GOPHER_DUPLICATE_NGRAMS;
        }
        return null;
    }

    private int characters(int word) {
        return scan.wordEnd[word] - scan.wordStart[word];
    }

    private boolean repeatsLines() {
        table.clear(scan.lines);
        long all = 0;
        long repeated = 0;
        int lines = 0;
        for (int line = 0; line < scan.lines; line++) {
            int characters = scan.lineEnd[line] - scan.lineStart[line];
            all += characters;
            if (table.add(scan.lineHash[line]) > 0) {
                repeated += characters;
                lines++;
            }
        }
        return lines > limits.maxDuplicateLines() * scan.lines || repeated > limits.maxDuplicateLineCharacters() * all;
    }

    private boolean repeatsParagraphs() {
        table.clear(scan.lines);
        long all = 0;
        long repeated = 0;
        int paragraphs = 0;
        int repeatedParagraphs = 0;
        int line = 0;
        while (line < scan.lines) {
            long hash = 0;
            int characters = 0;
            do {
                hash = hash * BASE + scan.lineHash[line];
                characters += scan.lineEnd[line] - scan.lineStart[line];
                line++;
            } while (line < scan.lines && !scan.beginsParagraph[line]);
            paragraphs++;
            all += characters;
            if (table.add(hash) > 0) {
                repeated += characters;
                repeatedParagraphs++;
            }
        }
        return repeatedParagraphs > limits.maxDuplicateParagraphs() * paragraphs
                || repeated > limits.maxDuplicateParagraphCharacters() * all;
    }

    /** Whether the most frequent row of some length holds too much of the words' characters; one that comes once is none. */
    private boolean hasTopNgram() {
        int mostBefore = Integer.MAX_VALUE;
        int shorter = 0;
        for (NgramLimit limit : ascending(limits.topNgrams())) {
            if (limit.n() > shorter && mostBefore < 2) {
                return false;
            }
            Top top = top(limit.n());
            if (top.count > 1 && (double) top.count * top.characters > limit.max() * wordCharacters) {
                return true;
            }
            mostBefore = top.count;
            shorter = limit.n();
        }
        return false;
    }

    private static List<NgramLimit> ascending(List<NgramLimit> limits) {
        return limits.stream()
                .sorted((one, other) -> Integer.compare(one.n(), other.n()))
                .toList();
    }

    /** How often the most frequent row comes, and the characters of the longest such one. */
    private record Top(int count, int characters) {}

    private Top top(int n) {
        table.clear(scan.words);
        long hash = 0;
        long power = power(n);
        int characters = 0;
        int most = 0;
        int longest = 0;
        for (int word = 0; word < scan.words; word++) {
            hash = hash * BASE + scan.wordHash[word];
            characters += characters(word);
            if (word >= n) {
                hash -= power * scan.wordHash[word - n];
                characters -= characters(word - n);
            }
            if (word >= n - 1) {
                int count = table.add(hash) + 1;
                if (count > most || count == most && characters > longest) {
                    longest = characters;
                    most = count;
                }
            }
        }
        return new Top(most, longest);
    }

    private boolean repeatsNgrams() {
        for (NgramLimit limit : ascending(limits.duplicateNgrams())) {
            long repeated = repeated(limit.n());
            if (repeated > limit.max() * wordCharacters) {
                return true;
            }
            if (repeated == 0) {
                return false;
            }
        }
        return false;
    }

    /** Characters in rows that stood before, those in two of them counted once. */
    private long repeated(int n) {
        table.clear(scan.words);
        long hash = 0;
        long power = power(n);
        long repeated = 0;
        int free = 0; // words before this one are counted already
        for (int word = 0; word < scan.words; word++) {
            hash = hash * BASE + scan.wordHash[word];
            if (word >= n) {
                hash -= power * scan.wordHash[word - n];
            }
            int first = word - n + 1;
            if (first >= free && table.add(hash) > 0) {
                for (int i = first; i <= word; i++) {
                    repeated += characters(i);
                }
                free = word + 1;
            }
        }
        return repeated;
    }

    private static long power(int n) {
        long power = 1;
        for (int i = 0; i < n; i++) {
            power *= BASE;
        }
        return power;
    }
}
