package org.weft.corpus.clean;

import java.util.EnumMap;
import java.util.Map;
import org.weft.core.config.CleanRule;
import org.weft.corpus.text.Tally;

/**
 * The names under which rules count, made once.
 *
 * <pre>
 *   clean.changed.RULE       documents that the rule changed
 *   clean.pieces.RULE        what it changed or removed in them: characters, lines, paragraphs
 *   clean.passed_over.RULE   documents that it was not applied to, for it makes no sense for their script
 * </pre>
 *
 * <p>Documents that a rule drops are counted by whoever has the steps applied.
 */
final class RuleCounters {
    private static final Map<CleanRule, String> CHANGED = named("clean.changed.");
    private static final Map<CleanRule, String> PIECES = named("clean.pieces.");
    private static final Map<CleanRule, String> PASSED_OVER = named("clean.passed_over.");

    private RuleCounters() {}

    private static Map<CleanRule, String> named(String prefix) {
        Map<CleanRule, String> names = new EnumMap<>(CleanRule.class);
        for (CleanRule rule : CleanRule.values()) {
            names.put(rule, prefix + rule.word());
        }
        return names;
    }

    /** A document in which the rule changed so many pieces; nothing where there were none. */
    static void changed(Tally tally, CleanRule rule, long pieces) {
        if (pieces > 0) {
            tally.add(CHANGED.get(rule));
            tally.add(PIECES.get(rule), pieces);
        }
    }

    static void passedOver(Tally tally, CleanRule rule) {
        tally.add(PASSED_OVER.get(rule));
    }
}
