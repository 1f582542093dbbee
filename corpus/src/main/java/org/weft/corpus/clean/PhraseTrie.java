package org.weft.corpus.clean;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A list of words and phrases to be found in texts, whatever the case of their letters. A phrase is found where no letter
 * or digit stands beside its ends; in scripts without spaces anywhere.
 */
final class PhraseTrie {
    private final List<Map<Character, Integer>> nodes = new ArrayList<>();
    private final List<Boolean> ends = new ArrayList<>();
    private final boolean[] first = new boolean[1 << 16];

    PhraseTrie(List<String> phrases) {
        node();
        for (String phrase : phrases) {
            int at = 0;
            for (int i = 0; i < phrase.length(); i++) {
                Integer next = nodes.get(at).get(folded(phrase.charAt(i)));
                if (next == null) {
                    next = node();
                    nodes.get(at).put(folded(phrase.charAt(i)), next);
                }
                at = next;
            }
            if (at > 0) {
                ends.set(at, true);
                first[folded(phrase.charAt(0))] = true;
            }
        }
    }

    private int node() {
        nodes.add(new HashMap<>());
        ends.add(false);
        return nodes.size() - 1;
    }

    private static char folded(char c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }

    boolean occursIn(char[] chars, int length) {
        for (int i = 0; i < length; i++) {
            if (first[folded(chars[i])] && !(i > 0 && joined(chars[i - 1], chars[i])) && begins(chars, i, length)) {
                return true;
            }
        }
        return false;
    }

    private boolean begins(char[] chars, int from, int length) {
        int at = 0;
        for (int i = from; i < length; i++) {
            Integer next = nodes.get(at).get(folded(chars[i]));
            if (next == null) {
                return false;
            }
            at = next;
            if (ends.get(at) && (i + 1 == length || !joined(chars[i], chars[i + 1]))) {
                return true;
            }
        }
        return false;
    }

    /** Whether two characters are of one word: both are letters or digits, and of a script with spaces. */
    private static boolean joined(char one, char other) {
        return ofSpacedWord(one) && ofSpacedWord(other);
    }

    private static boolean ofSpacedWord(char c) {
        return switch (CharacterClasses.of(c)) {
            case CharacterClasses.LATIN, CharacterClasses.LETTER, CharacterClasses.DIGIT, CharacterClasses.MARK -> true;
            default -> false;
        };
    }
}
