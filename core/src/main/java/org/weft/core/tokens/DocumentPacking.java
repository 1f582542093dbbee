package org.weft.core.tokens;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.weft.core.config.TrainingConfig.Packing;

/**
 * Puts a few documents into windows of T positions. What is longer than a window is cut into whole windows and a rest; documents and
 * rests are then put beside each other: in their order, a new window for what does not fit the last one (greedy), or the longest
 * first, each where it leaves the least room (best-fit decreasing, as Ding et al., "Fewer truncations improve language modeling",
 * 2024). Ties go to what comes first. A function of the lengths alone.
 */
final class DocumentPacking {
    private DocumentPacking() {}

    /**
     * A part of a document.
     *
     * @param document its place in the list
     * @param offset of its first token in the document
     * @param length its tokens, T at most
     */
    record Piece(int document, int offset, int length) {}

    /**
     * Windows, each with its pieces in their order.
     *
     * @param lengths of the documents, their end-of-text tokens included; a token alone has nothing to predict and is left out
     */
    static List<List<Piece>> pack(int[] lengths, int context, Packing packing) {
        List<List<Piece>> windows = new ArrayList<>();
        for (int document = 0; document < lengths.length; document++) {
            for (int k = 0; k < lengths[document] / context; k++) {
                windows.add(List.of(new Piece(document, k * context, context)));
            }
        }
        windows.addAll(rests(lengths, context, packing));
        return windows;
    }

    /** How many windows {@link #pack} makes. */
    static int count(int[] lengths, int context, Packing packing) {
        return wholes(lengths, context) + rests(lengths, context, packing).size();
    }

    /** One of the windows that {@link #pack} makes: of a document that fills it, without making the others. */
    static List<Piece> window(int[] lengths, int context, Packing packing, int index) {
        int left = index;
        for (int document = 0; document < lengths.length; document++) {
            int wholes = lengths[document] / context;
            if (left < wholes) {
                return List.of(new Piece(document, left * context, context));
            }
            left -= wholes;
        }
        return rests(lengths, context, packing).get(left);
    }

    private static int wholes(int[] lengths, int context) {
        int wholes = 0;
        for (int length : lengths) {
            wholes += length / context;
        }
        return wholes;
    }

    /** What does not fill a window of its own. */
    private static List<List<Piece>> rests(int[] lengths, int context, Packing packing) {
        List<Piece> parts = new ArrayList<>();
        for (int document = 0; document < lengths.length; document++) {
            int rest = lengths[document] % context;
            if (rest > 1) {
                parts.add(new Piece(document, lengths[document] - rest, rest));
            }
        }
        List<List<Piece>> windows = new ArrayList<>();
        if (packing == Packing.BEST_FIT) {
            bestFit(parts, context, windows);
        } else {
            greedy(parts, context, windows);
        }
        return windows;
    }

    private static void greedy(List<Piece> parts, int context, List<List<Piece>> windows) {
        List<Piece> last = null;
        int room = 0;
        for (Piece part : parts) {
            if (part.length() > room) {
                last = new ArrayList<>();
                windows.add(last);
                room = context;
            }
            last.add(part);
            room -= part.length();
        }
    }

    private static void bestFit(List<Piece> parts, int context, List<List<Piece>> windows) {
        List<Piece> longestFirst = new ArrayList<>(parts);
        longestFirst.sort(Comparator.comparingInt(part -> -part.length())); // stable
        List<List<Piece>> open = new ArrayList<>();
        List<Integer> rooms = new ArrayList<>();
        for (Piece part : longestFirst) {
            int best = -1;
            for (int window = 0; window < open.size(); window++) {
                int room = rooms.get(window);
                if (room >= part.length() && (best < 0 || room < rooms.get(best))) {
                    best = window;
                }
            }
            if (best < 0) {
                best = open.size();
                open.add(new ArrayList<>());
                rooms.add(context);
            }
            open.get(best).add(part);
            rooms.set(best, rooms.get(best) - part.length());
        }
        windows.addAll(open);
    }
}
