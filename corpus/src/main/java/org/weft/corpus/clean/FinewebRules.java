package org.weft.corpus.clean;

import java.util.Set;
import org.weft.core.config.CleanRule;
import org.weft.core.config.FinewebConfig;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * FineWeb's own filters: lists, menus and other lines that are no prose. Penedo et al., "The FineWeb Datasets: Decanting
 * the Web for the Finest Text Data at Scale", 2024, section 3.6. For one thread.
 */
final class FinewebRules implements TextStep.Pass {
    private final Set<CleanRule> active;
    private final FinewebConfig limits;
    private final TextScan scan;
    private final HashTable table = new HashTable();

    FinewebRules(Set<CleanRule> active, FinewebConfig limits, TextScan scan) {
        this.active = active;
        this.limits = limits;
        this.scan = scan;
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        scan.of(text);
        CleanRule broken = broken(tally);
        return broken == null ? TextStep.Outcome.kept(text) : TextStep.Outcome.dropped(text, broken.word());
    }

    private CleanRule broken(Tally tally) {
        if (active.contains(CleanRule.FINEWEB_LINE_PUNCTUATION)
                && punctuatedLines() < limits.minLinePunctuation() * scan.lines) {
            return CleanRule.FINEWEB_LINE_PUNCTUATION;
        }
        if (active.contains(CleanRule.FINEWEB_SHORT_LINES)) {
            if (scan.isUnspaced()) { // thirty characters are a line of a poem there
                RuleCounters.passedOver(tally, CleanRule.FINEWEB_SHORT_LINES);
            } else if (shortLines() > limits.maxShortLines() * scan.lines) {
                return CleanRule.FINEWEB_SHORT_LINES;
            }
        }
        if (active.contains(CleanRule.FINEWEB_DUPLICATE_CHARACTERS) && repeatsLines()) {
            return CleanRule.FINEWEB_DUPLICATE_CHARACTERS;
        }
        if (active.contains(CleanRule.FINEWEB_NEWLINES) && scan.newlines > limits.maxNewlines() * scan.allWords) {
            return CleanRule.FINEWEB_NEWLINES;
        }
        return null;
    }

    private int punctuatedLines() {
        int punctuated = 0;
        for (int line = 0; line < scan.lines; line++) {
            punctuated += scan.endsSentence(line) ? 1 : 0;
        }
        return punctuated;
    }

    private int shortLines() {
        int shorter = 0;
        for (int line = 0; line < scan.lines; line++) {
            shorter += scan.lineEnd[line] - scan.lineStart[line] <= limits.shortLineLength() ? 1 : 0;
        }
        return shorter;
    }

    private boolean repeatsLines() {
        table.clear(scan.lines);
        long all = 0;
        long repeated = 0;
        for (int line = 0; line < scan.lines; line++) {
            int characters = scan.lineEnd[line] - scan.lineStart[line];
            all += characters;
            repeated += table.add(scan.lineHash[line]) > 0 ? characters : 0;
        }
        return repeated > limits.maxDuplicateCharacters() * all;
    }
}
