package org.weft.corpus.clean;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.weft.core.Sha256;
import org.weft.core.config.CleanConfig;
import org.weft.core.config.CleanRule;
import org.weft.corpus.text.TextStep;

/**
 * The rules of a configuration, in the order of FineWeb's recipe: characters, language, what a document repeats, MassiveText's
 * rules, C4's, which take out lines, and FineWeb's own on what they leave. The first rule that a document breaks drops it
 * and counts it.
 *
 * @param languages that are kept, by the identifier's codes
 * @param badWords content of the file of that name
 * @param shown what of a dropped document may be seen in a report
 */
record CleaningStep(CleanConfig config, Set<String> languages, List<String> badWords, CleaningStep.Shown shown)
        implements TextStep {
    /** To be raised where the same thresholds come to mean something else. */
    private static final String VERSION = "1";

    /** Takes from a text what must not be seen; made where it is needed. */
    interface Shown extends Serializable {
        UnaryOperator<String> begin();
    }

    @Override
    public SortedMap<String, String> rules() {
        SortedMap<String, String> rules = new TreeMap<>();
        for (CleanRule rule : config.active()) {
            rules.put("clean." + rule.word(), (VERSION + " " + thresholds(rule)).strip());
        }
        if (config.identifiesLanguages()) {
            rules.put(
                    "clean.language",
                    VERSION + " languages=" + new TreeSet<>(languages) + " threshold=" + config.languageThreshold());
        }
        return rules;
    }

    private String thresholds(CleanRule rule) {
        return rule == CleanRule.C4_BAD_WORDS
                ? "words=" + Sha256.hex(String.join("\n", badWords).getBytes(StandardCharsets.UTF_8))
                : rule.thresholds(config);
    }

    @Override
    public Pass begin() {
        List<Pass> passes = passes();
        UnaryOperator<String> seen = new Seen(shown);
        return (text, tally) -> {
            Outcome outcome = Outcome.kept(text);
            for (int i = 0; i < passes.size() && !outcome.isDropped(); i++) {
                outcome = passes.get(i).apply(outcome.text(), tally);
            }
            if (outcome.isDropped()) {
                tally.example(outcome.droppedBy(), outcome.text(), seen);
            }
            return outcome;
        };
    }

    /** Made ready for the first example, for it brings a library with it. For one thread. */
    private static final class Seen implements UnaryOperator<String> {
        private final Shown shown;
        private UnaryOperator<String> ready;

        Seen(Shown shown) {
            this.shown = shown;
        }

        @Override
        public String apply(String text) {
            if (ready == null) {
                ready = shown.begin();
            }
            return ready.apply(text);
        }
    }

    private List<Pass> passes() {
        Set<CleanRule> active = config.active();
        TextScan scan = new TextScan();
        List<Pass> passes = new ArrayList<>();
        if (has(active, "unicode")) {
            passes.add(new UnicodeRules(active, config.unicode()));
        }
        LanguageRule language = null;
        if (config.identifiesLanguages()) {
            language = new LanguageRule(new LanguageIdentifier(), languages, config.languageThreshold());
            passes.add(language);
        }
        if (has(active, "repeated")) {
            passes.add(new RepeatedText(active, config.minRepeatedCharacters(), scan));
        }
        if (has(active, "gopher")) {
            passes.add(new GopherQuality(active, config.gopher(), scan, language));
            passes.add(new GopherRepetition(active, config.gopher(), scan));
        }
        if (has(active, "c4")) {
            passes.add(new C4Rules(active, config.c4(), scan, new PhraseTrie(badWords)));
        }
        if (has(active, "fineweb")) {
            passes.add(new FinewebRules(active, config.fineweb(), scan));
        }
        return passes;
    }

    private static boolean has(Set<CleanRule> active, String set) {
        return active.stream().anyMatch(rule -> rule.set().equals(set));
    }
}
