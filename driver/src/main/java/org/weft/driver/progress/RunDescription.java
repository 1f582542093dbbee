package org.weft.driver.progress;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A run that begins or goes on, for those who show it.
 *
 * @param name {@code run.name}
 * @param directory {@code run.dir}, without credentials
 * @param subject what is trained, such as {@code gpt2 of 1,000,000 parameters}
 * @param settings the complete configuration by dotted key, such as {@code training.steps}; what URIs in it hold of
 *     credentials is left out
 * @param startStep steps done before; what was shown of steps beyond is no part of the run any more
 * @param steps that it has in all
 * @param generation that it begins with
 * @param parameters that learn
 * @param resumed whether it goes on from a checkpoint of its own
 * @param timeMillis when, in milliseconds since 1970
 */
public record RunDescription(
        String name,
        String directory,
        String subject,
        Map<String, String> settings,
        int startStep,
        int steps,
        int generation,
        long parameters,
        boolean resumed,
        long timeMillis) {

    /** A user and a password of a URI. */
    private static final Pattern CREDENTIALS = Pattern.compile("(\\w[\\w+.-]*://)[^/@\\s:]*:[^/@\\s]*@");

    public RunDescription {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** A configuration by dotted key, without what URIs hold of credentials. */
    public static Map<String, String> settings(JsonNode config) {
        Map<String, String> flat = new LinkedHashMap<>();
        config.fields().forEachRemaining(section -> section.getValue()
                .fields()
                .forEachRemaining(key ->
                        flat.put(section.getKey() + "." + key.getKey(), withoutCredentials(text(key.getValue())))));
        return flat;
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString();
    }

    /** A text without users and passwords in its URIs. */
    public static String withoutCredentials(String text) {
        return CREDENTIALS.matcher(text).replaceAll("$1");
    }
}
