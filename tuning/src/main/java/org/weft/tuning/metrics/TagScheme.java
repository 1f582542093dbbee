package org.weft.tuning.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.WeftException;

/**
 * Reads entities from tags such as B-PER, I-PER and O, as the CoNLL-2000 evaluation and seqeval's default mode do. They
 * are lenient: an I- begins an entity where none of its type is open, and one of another type closes what was open. E- (the
 * last token) and S- (the only one) are understood too. A tag without a type is of the type {@code _}.
 */
public final class TagScheme {
    private static final String KNOWN = "BIOES";

    private final List<String> tags;
    private final List<String> types;
    private final char[] prefixes; // (tags)
    private final int[] typeOf; // (tags), -1 of O

    /**
     * A run of tokens, from the first to the last, both included.
     *
     * @param type the number of its type
     */
    public record Entity(int type, int first, int last) {}

    /**
     * @param tags by their numbers, all different
     * @throws WeftException where one starts with another letter than B, I, O, E, S
     */
    public TagScheme(List<String> tags) {
        Rows.checkDistinct(tags, 1, "tags");
        this.tags = List.copyOf(tags);
        prefixes = new char[tags.size()];
        typeOf = new int[tags.size()];
        List<String> found = new ArrayList<>();
        for (int i = 0; i < prefixes.length; i++) {
            String tag = tags.get(i);
            prefixes[i] = tag.isEmpty() ? ' ' : tag.charAt(0);
            if (KNOWN.indexOf(prefixes[i]) < 0) {
                throw WeftException.invalidData(
                        "tag \"" + tag + "\" does not say where an entity begins and ends",
                        "name tags B-TYPE, I-TYPE and O; E-TYPE and S-TYPE are understood too. Other tags can be learnt and "
                                + "predicted, but not evaluated: finetune --no-evaluate");
            }
            String named = tag.substring(tag.startsWith("-", 1) ? 2 : 1);
            String type = named.isEmpty() ? "_" : named;
            if (prefixes[i] != 'O' && !found.contains(type)) {
                found.add(type);
            }
            typeOf[i] = prefixes[i] == 'O' ? -1 : found.indexOf(type);
        }
        types = List.copyOf(found);
    }

    public List<String> tags() {
        return tags;
    }

    /** Names of the types, by their numbers. */
    public List<String> types() {
        return types;
    }

    /** All entities among the tags of one text. */
    public Set<Entity> entities(int[] sequence) {
        Set<Entity> entities = new HashSet<>();
        int first = -1;
        for (int i = 0; i <= sequence.length; i++) {
            int before = i == 0 ? -1 : sequence[i - 1];
            int tag = i == sequence.length ? -1 : sequence[i];
            if (first >= 0 && closes(before, tag)) {
                entities.add(new Entity(typeOf[before], first, i - 1));
                first = -1;
            }
            if (opens(before, tag)) {
                first = i;
            }
        }
        return entities;
    }

    private boolean closes(int before, int tag) {
        return type(tag) != type(before) || "BS".indexOf(prefix(tag)) >= 0 || "ES".indexOf(prefix(before)) >= 0;
    }

    private boolean opens(int before, int tag) {
        return prefix(tag) != 'O' && closes(before, tag);
    }

    private char prefix(int tag) {
        return tag < 0 ? 'O' : prefixes[tag];
    }

    private int type(int tag) {
        return tag < 0 ? -1 : typeOf[tag];
    }
}
