package org.weft.corpus.tokenizer.learn;

import java.io.Serializable;
import java.util.Iterator;

/** How a text becomes the words that are counted. Holds nothing of a text; memory is a word's, not the text's. */
interface WordCut extends Serializable {
    Iterator<String> words(String text);
}
