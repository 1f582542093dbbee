package org.weft.corpus.clean;

import java.util.Set;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/** Keeps documents of some languages, and counts all by theirs: {@code language.CODE}. For one thread. */
final class LanguageRule implements TextStep.Pass {
    /** The rule's name, under which examples are found. */
    static final String NAME = "language";

    private final LanguageIdentifier identifier;
    private final Set<String> kept;
    private final double threshold;
    private String last = "";

    /**
     * @param kept languages by two letters, or three where there are no two; empty for all
     */
    LanguageRule(LanguageIdentifier identifier, Set<String> kept, double threshold) {
        this.identifier = identifier;
        this.kept = kept;
        this.threshold = threshold;
    }

    /** Of the document that was looked at last; empty where nothing could be said. */
    String last() {
        return last;
    }

    @Override
    public TextStep.Outcome apply(String text, Tally tally) {
        LanguageIdentifier.Found found = identifier.of(text);
        last = found.language();
        tally.add("language." + (last.isEmpty() ? "unknown" : last));
        if (kept.isEmpty() || kept.contains(last) && found.probability() >= threshold) {
            return TextStep.Outcome.kept(text);
        }
        return TextStep.Outcome.dropped(text, NAME);
    }
}
