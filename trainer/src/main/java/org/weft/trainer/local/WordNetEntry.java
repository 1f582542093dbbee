package org.weft.trainer.local;

import java.util.List;

/**
 * A synset as a dictionary has it; its string is one line.
 *
 * @param lexicographerFile what kind of thing it is, as lexnames(5WN) numbers them: 5 for animals, 13 for food
 * @param lemmas the words that mean it
 */
public record WordNetEntry(int lexicographerFile, List<String> lemmas, String gloss) {
    public WordNetEntry {
        lemmas = List.copyOf(lemmas);
    }

    @Override
    public String toString() {
        return String.join(", ", lemmas) + ": " + gloss;
    }
}
