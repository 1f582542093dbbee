package org.weft.corpus.clean;

import java.util.Set;
import org.weft.core.config.CleanRule;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * Removes lines and paragraphs that stood before in the same document, as menus and footers of pages do that were put
 * together. The first stays, and with it the text's form: what remains is as it was. For one thread.
 */
final class RepeatedText implements TextStep.Pass {
    private static final long BASE = 0xD1342543DE82EF95L;

    private final Set<CleanRule> active;
    private final int least;
    private final TextScan scan;
    private final HashTable table = new HashTable();
    private final StringBuilder kept = new StringBuilder();

    /**
     * @param least characters of what is removed
     */
    RepeatedText(Set<CleanRule> active, int least, TextScan scan) {
        this.active = active;
        this.least = least;
        this.scan = scan;
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        String result = text;
        if (active.contains(CleanRule.REPEATED_PARAGRAPHS)) {
            result = without(result, true, tally);
        }
        if (active.contains(CleanRule.REPEATED_LINES)) {
            result = without(result, false, tally);
        }
        return TextStep.Outcome.kept(result);
    }

    private String without(String text, boolean paragraphs, Tally tally) {
        scan.of(text);
        table.clear(scan.lines);
        kept.setLength(0);
        int removed = 0;
        int copied = 0; // of the text
        int line = 0;
        while (line < scan.lines) {
            int first = line;
            long hash = 0;
            do {
                hash = hash * BASE + scan.lineHash[line];
                line++;
            } while (paragraphs && line < scan.lines && !scan.beginsParagraph[line]);
            int from = scan.lineStart[first];
            if (scan.lineEnd[line - 1] - from >= least && table.add(hash) > 0) {
                if (opensItsParagraph(first, line)) { // its paragraph stays one, with the empty line before it
                    kept.append(text, copied, from);
                    copied = scan.lineStart[line];
                } else {
                    kept.append(text, copied, Math.max(copied, first == 0 ? 0 : scan.lineEnd[first - 1]));
                    copied = scan.lineEnd[line - 1];
                }
                removed++;
            }
        }
        if (removed == 0) {
            return text;
        }
        kept.append(text, copied, text.length());
        RuleCounters.changed(tally, paragraphs ? CleanRule.REPEATED_PARAGRAPHS : CleanRule.REPEATED_LINES, removed);
        return kept.toString();
    }

    /** Whether further lines of the same paragraph follow. */
    private boolean opensItsParagraph(int first, int next) {
        return scan.beginsParagraph[first] && next < scan.lines && !scan.beginsParagraph[next];
    }
}
