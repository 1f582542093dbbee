package org.weft.corpus;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import scala.Tuple2;

/**
 * Counts the words of a stream of documents. A word is a match of GPT-2's pre-tokenization, the same that the
 * tokenizer will cut by, so that no merge runs across words. Counts are handed on whenever the table is full: memory
 * does not depend on the documents.
 */
final class WordCounter implements Iterator<Tuple2<String, Long>> {
    /** Longer words, such as encoded binary data, teach nothing and are left out. */
    static final int MAX_WORD_BYTES = 256;

    private static final int TABLE_WORDS = 50_000;

    /** GPT-2's {@code encoder.py}; {@code (?U)} because its white space is Unicode's. */
    private static final Pattern WORD =
            Pattern.compile("(?U)'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    private final Iterator<byte[]> documents;
    private Iterator<Map.Entry<String, Long>> counted = Collections.emptyIterator();

    WordCounter(Iterator<byte[]> documents) {
        this.documents = documents;
    }

    @Override
    public boolean hasNext() {
        while (!counted.hasNext() && documents.hasNext()) {
            Map<String, Long> table = new HashMap<>();
            while (documents.hasNext() && table.size() < TABLE_WORDS) {
                count(new String(documents.next(), StandardCharsets.UTF_8), table);
            }
            counted = table.entrySet().iterator();
        }
        return counted.hasNext();
    }

    @Override
    public Tuple2<String, Long> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Map.Entry<String, Long> entry = counted.next();
        return new Tuple2<>(entry.getKey(), entry.getValue());
    }

    private static void count(String text, Map<String, Long> table) {
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            if (words.end() - words.start() <= MAX_WORD_BYTES) {
                String word = words.group();
                if (word.getBytes(StandardCharsets.UTF_8).length <= MAX_WORD_BYTES) {
                    table.merge(word, 1L, Long::sum);
                }
            }
        }
    }
}
