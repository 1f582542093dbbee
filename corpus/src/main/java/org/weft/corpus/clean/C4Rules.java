package org.weft.corpus.clean;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.weft.core.config.C4Config;
import org.weft.core.config.CleanRule;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * The Colossal Clean Crawled Corpus's rules, line by line. Raffel et al., "Exploring the Limits of Transfer Learning with
 * a Unified Text-to-Text Transformer", JMLR 21, 2020, section 2.2; the order of the rules, long words, citations and
 * policies are of its published code, c4_utils.py of TensorFlow Datasets. For one thread.
 */
final class C4Rules implements TextStep.Pass {
    private final Set<CleanRule> active;
    private final C4Config limits;
    private final TextScan scan;
    private final PhraseTrie badWords;
    private final Map<CleanRule, Integer> removed = new EnumMap<>(CleanRule.class);
    private final StringBuilder kept = new StringBuilder();

    C4Rules(Set<CleanRule> active, C4Config limits, TextScan scan, PhraseTrie badWords) {
        this.active = active;
        this.limits = limits;
        this.scan = scan;
        this.badWords = badWords;
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        scan.of(text);
        if (active.contains(CleanRule.C4_BAD_WORDS) && badWords.occursIn(scan.chars, scan.length)) {
            return TextStep.Outcome.dropped(text, CleanRule.C4_BAD_WORDS.word());
        }
        kept.setLength(0);
        removed.clear();
        boolean unspaced = scan.isUnspaced();
        int sentences = 0;
        for (int line = 0; line < scan.lines; line++) {
            int from = kept.length();
            if (kept.length() > 0) {
                kept.append('\n');
            }
            CleanRule rule = line(line);
            if (rule == CleanRule.C4_LOREM_IPSUM || rule == CleanRule.C4_CURLY_BRACKET) {
                return TextStep.Outcome.dropped(text, rule.word());
            }
            if (rule == null) {
                sentences += Sentences.count(kept, from, kept.length());
            } else {
                kept.setLength(from);
                removed.merge(rule, 1, Integer::sum);
            }
        }
        if (active.contains(CleanRule.C4_SENTENCES)) {
            if (unspaced) {
                RuleCounters.passedOver(tally, CleanRule.C4_SENTENCES);
            } else if (sentences < limits.minSentences()) {
                return TextStep.Outcome.dropped(text, CleanRule.C4_SENTENCES.word());
            }
        }
        return outcome(text, tally);
    }

    /** Nothing is left where the rules took every line; then the document is dropped by the one that took most of them. */
    private TextStep.Outcome outcome(String text, Tally tally) {
        if (removed.isEmpty()) {
            return TextStep.Outcome.kept(text); // line ends and space around lines stay, too
        }
        boolean edited = false;
        CleanRule most = null;
        for (Map.Entry<CleanRule, Integer> entry : removed.entrySet()) {
            edited = true;
            if (most == null || entry.getValue() > removed.get(most)) {
                most = entry.getKey();
            }
        }
        if (kept.isEmpty() && edited) {
            return TextStep.Outcome.dropped(text, most.word());
        }
        removed.forEach((rule, pieces) -> RuleCounters.changed(tally, rule, pieces));
        return TextStep.Outcome.kept(kept.toString());
    }

    /** Appends a line as it is kept; the rule that removes it, or that drops its document, or null. */
    private CleanRule line(int line) {
        int first = scan.lineFirstWord[line];
        int last = scan.lineFirstWord[line + 1];
        if (active.contains(CleanRule.C4_LONG_WORDS)) {
            for (int word = first; word < last; word++) {
                if (scan.wordEnd[word] - scan.wordStart[word] > limits.maxWordLength()) {
                    return CleanRule.C4_LONG_WORDS;
                }
            }
        }
        int from = kept.length();
        kept.append(scan.chars, scan.lineStart[line], scan.lineEnd[line] - scan.lineStart[line]);
        if (active.contains(CleanRule.C4_CITATIONS)) {
            int citations = Citations.remove(kept, from);
            if (citations > 0) {
                removed.merge(CleanRule.C4_CITATIONS, citations, Integer::sum);
            }
        }
        if (active.contains(CleanRule.C4_TERMINAL_PUNCTUATION) && !endsAsProse(kept, from)) {
            return CleanRule.C4_TERMINAL_PUNCTUATION;
        }
        if (active.contains(CleanRule.C4_SHORT_LINES) && last - first < limits.minWordsPerLine()) {
            return CleanRule.C4_SHORT_LINES;
        }
        int phrases = WebPhrases.in(scan.chars, scan.lineStart[line], scan.lineEnd[line]);
        if (active.contains(CleanRule.C4_LOREM_IPSUM) && (phrases & WebPhrases.LOREM_IPSUM) != 0) {
            return CleanRule.C4_LOREM_IPSUM;
        }
        if (active.contains(CleanRule.C4_JAVASCRIPT) && (phrases & WebPhrases.JAVASCRIPT) != 0) {
            return CleanRule.C4_JAVASCRIPT;
        }
        if (active.contains(CleanRule.C4_CURLY_BRACKET) && (phrases & WebPhrases.CURLY_BRACKET) != 0) {
            return CleanRule.C4_CURLY_BRACKET;
        }
        if (active.contains(CleanRule.C4_POLICY) && (phrases & WebPhrases.POLICY) != 0) {
            return CleanRule.C4_POLICY;
        }
        return null;
    }

    /** Whether the end is that of a sentence or a quotation, and not an ellipsis. */
    private static boolean endsAsProse(CharSequence line, int from) {
        int last = line.length() - 1;
        while (last >= from && line.charAt(last) == ' ') { // where a citation stood
            last--;
        }
        if (last < from) {
            return false;
        }
        char c = line.charAt(last);
        boolean ellipsis = c == '…'
                || c == '.' && last - 2 >= from && line.charAt(last - 1) == '.' && line.charAt(last - 2) == '.';
        return !ellipsis
                && (CharacterClasses.endsSentence(c)
                        || CharacterClasses.endsWithoutMark(c)
                        || CharacterClasses.closesQuotation(c));
    }
}
