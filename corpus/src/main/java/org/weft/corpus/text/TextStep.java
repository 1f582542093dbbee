package org.weft.corpus.text;

import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Something that is done to one document at a time, before any is compared with others: cleaning, scrubbing. What comes
 * out is a function of the document's text and the configuration. A step travels to tasks; what it needs to work, such
 * as tables and buffers, it makes there by {@link #begin}.
 */
public interface TextStep extends Serializable {

    /** The step at work in one thread; it may keep buffers, but nothing of one document for the next. */
    @FunctionalInterface
    interface Pass {
        /**
         * @param text without unpaired surrogates
         * @param tally where the step counts; by rule, so that sums over parts mean something
         */
        Outcome apply(String text, Tally tally);
    }

    /**
     * What became of a document.
     *
     * @param text that goes on; of a dropped document what the rule saw
     * @param droppedBy the rule that drops the document; null where it is kept
     */
    record Outcome(String text, String droppedBy) {
        public static Outcome kept(String text) {
            return new Outcome(text, null);
        }

        public static Outcome dropped(String text, String rule) {
            return new Outcome(text, rule);
        }

        public boolean isDropped() {
            return droppedBy != null;
        }
    }

    /**
     * Each rule with its version and all that decides what it does, such as thresholds. Two steps with equal rules do the
     * same to every text: parts made by one are the other's. No secret is in it.
     */
    SortedMap<String, String> rules();

    Pass begin();

    /** Steps in their order, as one; without any, texts stay as they are, and there are no rules. */
    static TextStep chain(List<TextStep> steps) {
        return new Chain(List.copyOf(steps));
    }

    /**
     * Under what name the rules have the release of Java: what a letter is, a small letter, a script or a composed form, rules ask
     * Java, and each release knows the characters of another Unicode.
     */
    String JAVA = "java";

    /** Steps in their order: the first that drops a document ends its way. */
    record Chain(List<TextStep> steps) implements TextStep {
        @Override
        public SortedMap<String, String> rules() {
            SortedMap<String, String> all = new TreeMap<>();
            steps.forEach(step -> all.putAll(step.rules()));
            if (!all.isEmpty()) {
                all.put(JAVA, Integer.toString(Runtime.version().feature()));
            }
            return all;
        }

        @Override
        public Pass begin() {
            Pass[] passes = steps.stream().map(TextStep::begin).toArray(Pass[]::new);
            return (text, tally) -> {
                Outcome outcome = Outcome.kept(text);
                for (int i = 0; i < passes.length && !outcome.isDropped(); i++) {
                    outcome = passes[i].apply(outcome.text(), tally);
                }
                return outcome;
            };
        }
    }
}
