package org.weft.trainer.search;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.weft.core.Sha256;

/**
 * One choice of settings.
 *
 * @param settings values as they are written in {@code --set}, by key, in the order in which the keys were given
 */
public record Trial(Map<String, String> settings) {
    private static final int NAME_DIGITS = 10;

    public Trial {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** A directory's name. It depends on the settings alone, so that a search with more of them finds what an earlier one did. */
    public String name() {
        String sorted = settings.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("\n"));
        return "trial-" + Sha256.hex(sorted.getBytes(StandardCharsets.UTF_8)).substring(0, NAME_DIGITS);
    }

    /** {@code section.key=value}, as overrides of a configuration. */
    public List<String> overrides() {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .toList();
    }

    @Override
    public String toString() {
        return String.join(", ", overrides());
    }
}
