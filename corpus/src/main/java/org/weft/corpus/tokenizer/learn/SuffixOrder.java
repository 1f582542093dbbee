package org.weft.corpus.tokenizer.learn;

/**
 * A suffix array of words, sorted to the depth of the longest piece: three-way radix quicksort (Bentley and Sedgewick,
 * "Fast algorithms for sorting and searching strings", 1997). What comes after a word's end does not count, so suffixes
 * that spell the same are next to each other in the order of their places.
 */
final class SuffixOrder {
    private static final int INSERTION = 12;

    private final WordText text;
    private final int depth;
    private final int[] places;

    private SuffixOrder(WordText text, int depth) {
        this.text = text;
        this.depth = depth;
        this.places = new int[text.length() - text.words()];
    }

    /** Places of all letters, by the up to {@code depth} letters that follow there. */
    static int[] of(WordText text, int depth) {
        SuffixOrder order = new SuffixOrder(text, depth);
        int size = 0;
        for (int at = 0; at < text.length(); at++) {
            if (text.letter(at) != WordText.END) {
                order.places[size++] = at;
            }
        }
        order.sort(0, size, 0);
        return order.places;
    }

    private void sort(int from, int to, int from0) {
        int low = from;
        int high = to;
        int at = from0; // letters that are known to be equal
        while (high - low > INSERTION) {
            int pivot = median(
                    text.letter(places[low] + at),
                    text.letter(places[low + (high - low) / 2] + at),
                    text.letter(places[high - 1] + at));
            int less = low;
            int more = high;
            for (int i = low; i < more; ) {
                int letter = text.letter(places[i] + at);
                if (letter < pivot) {
                    swap(less++, i++);
                } else if (letter > pivot) {
                    swap(i, --more);
                } else {
                    i++;
                }
            }
            sort(low, less, at);
            sort(more, high, at);
            low = less;
            high = more;
            at++;
            if (pivot == WordText.END || at == depth) {
                return;
            }
        }
        insert(low, high, at);
    }

    private void insert(int low, int high, int at) {
        for (int i = low + 1; i < high; i++) {
            int place = places[i];
            int j = i;
            while (j > low && compare(place, places[j - 1], at) < 0) {
                places[j] = places[j - 1];
                j--;
            }
            places[j] = place;
        }
    }

    private int compare(int a, int b, int from) {
        for (int i = from; i < depth; i++) {
            int left = text.letter(a + i);
            int right = text.letter(b + i);
            if (left != right) {
                return Integer.compare(left, right);
            }
            if (left == WordText.END) {
                return 0;
            }
        }
        return 0;
    }

    private void swap(int i, int j) {
        int place = places[i];
        places[i] = places[j];
        places[j] = place;
    }

    private static int median(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
