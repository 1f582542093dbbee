package org.weft.corpus.clean;

/** Sentences of a piece of text, by their ends. */
final class Sentences {
    private Sentences() {}

    /**
     * How many there are: ends, and what stands after the last one. A point, an exclamation and a question mark of ASCII
     * end a sentence only before white space or the end; those of other scripts always do. Abbreviations are not known.
     */
    static int count(CharSequence text, int from, int to) {
        int sentences = 0;
        boolean open = false;
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            if (CharacterClasses.endsSentence(c)) {
                boolean always = CharacterClasses.endsSentenceAlways(c);
                i++;
                while (i < to
                        && (CharacterClasses.endsSentence(text.charAt(i)) || CharacterClasses.closes(text.charAt(i)))) {
                    i++;
                }
                if (open && (always || i == to || CharacterClasses.of(text.charAt(i)) <= CharacterClasses.NEWLINE)) {
                    sentences++;
                    open = false;
                }
            } else {
                open |= CharacterClasses.of(c) > CharacterClasses.NEWLINE
                        && CharacterClasses.of(c) != CharacterClasses.SYMBOL;
                i++;
            }
        }
        return sentences + (open ? 1 : 0);
    }
}
