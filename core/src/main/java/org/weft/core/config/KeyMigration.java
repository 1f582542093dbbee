package org.weft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;

/** Brings the keys of a tree up to date: those that are called otherwise today, and those that are gone. */
final class KeyMigration {
    private KeyMigration() {}

    /**
     * Gives renamed keys their names of today and takes out those that are gone.
     *
     * @param section whose keys the tree has
     * @param prefix of the keys, such as {@code training.}
     * @param problems told of what a user should write otherwise
     */
    static void update(ObjectNode tree, Class<?> section, String prefix, Problems problems) {
        for (Gone gone : section.getAnnotationsByType(Gone.class)) {
            if (tree.remove(gone.key()) != null) {
                problems.addGone("%s%s is gone since %s: %s", prefix, gone.key(), gone.since(), gone.why());
            }
        }
        for (RecordComponent component : section.getRecordComponents()) {
            String key = RecordBinder.key(component.getName());
            for (Renamed renamed : component.getAnnotationsByType(Renamed.class)) {
                rename(tree, renamed, key, prefix, problems);
            }
            Class<?> within = RecordBinder.sectionOf(component);
            if (within != null) {
                updateWithin(tree.path(key), within, prefix + key, problems);
            }
        }
    }

    private static void rename(ObjectNode tree, Renamed renamed, String key, String prefix, Problems problems) {
        JsonNode value = tree.remove(renamed.from());
        if (value == null) {
            return;
        }
        if (tree.hasNonNull(key)) {
            problems.addGone(
                    "%s%s and %s%s are one key, called %s since %s: give it once",
                    prefix, renamed.from(), prefix, key, key, renamed.since());
            return;
        }
        problems.addRenamed("%s%s is called %s%s since %s", prefix, renamed.from(), prefix, key, renamed.since());
        tree.set(key, value);
    }

    /** A section, or a list of them; what is neither is the binder's to refuse. */
    private static void updateWithin(JsonNode node, Class<?> section, String path, Problems problems) {
        if (node instanceof ObjectNode one) {
            update(one, section, path + ".", problems);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                updateWithin(node.get(i), section, path + "[" + i + "]", problems);
            }
        }
    }
}
