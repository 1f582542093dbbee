package org.weft.core.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.WeftException;

/** Collects everything that is wrong with a configuration, so that a user sees all of it at once. */
public final class Problems {
    private final List<String> found = new ArrayList<>();
    private final Set<String> unreadable = new LinkedHashSet<>();
    private final List<String> notices = new ArrayList<>();
    private final boolean recorded;
    private final List<String> said; // keys over a record

    public Problems() {
        this(false, List.of());
    }

    private Problems(boolean recorded, List<String> said) {
        this.recorded = recorded;
        this.said = said;
    }

    /** Of a configuration that Weft wrote itself, maybe another version: keys that are not today's are no mistake. */
    static Problems ofRecord() {
        return ofRecord(List.of());
    }

    /**
     * Of such a configuration under what somebody says now.
     *
     * @param said full keys of that, such as {@code corpus.format}
     */
    static Problems ofRecord(List<String> said) {
        return new Problems(true, said);
    }

    /** For problems of the same configuration. */
    Problems further() {
        return new Problems(recorded, said);
    }

    public void add(String format, Object... values) {
        found.add(String.format(format, values));
    }

    /** Adds the problem unless {@code valid}. */
    public void require(boolean valid, String format, Object... values) {
        if (!valid) {
            add(format, values);
        }
    }

    /**
     * Adds the problem where a key is set that nothing heeds: a mistake of whoever set it. In a record it changed nothing when it
     * was made, so that the record is as good as it was.
     *
     * @param format begins with the key
     */
    public void requireUse(boolean heeded, String format, Object... values) {
        if (!heeded && (!recorded || said.stream().anyMatch(String.format(format, values)::startsWith))) {
            add(format, values);
        }
    }

    /** Adds the problem where a number becomes infinite or 0 in the type that it is used in. */
    public void requireFloat32(String key, double value) {
        float used = (float) value;
        boolean kept = Float.isFinite(used) && (used == 0) == (value == 0);
        require(kept || Double.isNaN(value), "%s=%s is %s in float32, in which it is used", key, value, used);
    }

    /** Adds a problem with a key's value; what validation says of its default is of no interest then. */
    void addUnreadable(String key, String format, Object... values) {
        unreadable.add(key);
        add(format, values);
    }

    /** Adds a key that is not known: of a record, which may be a later version's, it is only worth a notice. */
    void addUnknown(String format, Object... values) {
        (recorded ? notices : found).add(String.format(format, values));
    }

    /** Adds a key that is known no more. */
    void addGone(String format, Object... values) {
        if (!recorded) {
            add(format, values);
        }
    }

    /** Notes a key that was taken by a name of before. */
    void addRenamed(String format, Object... values) {
        if (!recorded) {
            notices.add(String.format(format, values));
        }
    }

    /** What a person should know, though nothing is wrong. */
    List<String> notices() {
        return List.copyOf(notices);
    }

    /** Takes over what validation found, apart from what follows from values that could not be read. */
    void addAll(Problems validation) {
        validation.found.stream()
                .filter(problem -> unreadable.stream().noneMatch(problem::contains))
                .forEach(found::add);
    }

    public List<String> all() {
        return List.copyOf(found);
    }

    /** Throws one usage error that lists every problem, if there is any. */
    public void throwIfAny(String source) {
        if (found.isEmpty()) {
            return;
        }
        String message = found.size() == 1
                ? source + ": " + found.get(0)
                : source + ": " + found.size() + " problems\n  - " + String.join("\n  - ", found);
        throw WeftException.usage(
                message, "mend what is named, or leave it out: every key is described in docs/configuration.md");
    }
}
