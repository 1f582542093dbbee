package org.weft.corpus.tokenizer.learn;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * Counts the words of a stream of documents, cut as the tokenizer will cut them, so that no token runs across words.
 * Counts are handed on whenever the table is full: memory does not depend on the documents.
 */
final class WordCounter implements Iterator<Tuple2<String, Long>> {
    private static final int TABLE_WORDS = 50_000;

    private final WordCut cut;
    private final Iterator<byte[]> documents;
    private Iterator<String> words = Collections.emptyIterator();
    private Iterator<Map.Entry<String, Long>> counted = Collections.emptyIterator();

    WordCounter(WordCut cut, Iterator<byte[]> documents) {
        this.cut = cut;
        this.documents = documents;
    }

    @Override
    public boolean hasNext() {
        while (!counted.hasNext() && nextWord()) {
            Map<String, Long> table = new HashMap<>();
            while (table.size() < TABLE_WORDS && nextWord()) {
                table.merge(words.next(), 1L, Long::sum);
            }
            counted = table.entrySet().iterator();
        }
        return counted.hasNext();
    }

    private boolean nextWord() {
        while (!words.hasNext() && documents.hasNext()) {
            words = cut.words(new String(documents.next(), StandardCharsets.UTF_8));
        }
        return words.hasNext();
    }

    @Override
    public Tuple2<String, Long> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Map.Entry<String, Long> entry = counted.next();
        return new Tuple2<>(entry.getKey(), entry.getValue());
    }
}
