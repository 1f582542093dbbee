package org.weft.core.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The families of the class path, looked for once: a process has one set of them, beside the classes of Weft itself. */
final class Architectures {
    static final List<Architecture> ALL =
            ServiceLoader.load(Architecture.class, Architecture.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private Architectures() {}

    /**
     * Refuses keys that change nothing but other families.
     *
     * @param set the model section as it is
     * @param defaults as it is where nothing is set
     */
    static void refuseKeysOfOthers(Architecture mine, ObjectNode set, ObjectNode defaults, Problems problems) {
        for (String key : defaults.properties().stream().map(Map.Entry::getKey).toList()) {
            List<String> owners = ALL.stream()
                    .filter(family -> family.ownKeys().contains(key))
                    .map(Architecture::name)
                    .toList();
            problems.requireUse(
                    owners.isEmpty()
                            || owners.contains(mine.name())
                            || set.path(key).equals(defaults.path(key)),
                    "model.%s=%s is of %s alone: %s has none",
                    key,
                    set.path(key).asText(),
                    String.join(", ", owners),
                    mine.name());
        }
    }
}
