package org.weft.tuning.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.Suggestion;
import org.weft.jinja.JinjaException;
import org.weft.jinja.Limits;
import org.weft.jinja.Template;
import org.weft.tuning.task.Fields;

/**
 * What a key such as {@code doc_to_text} says of each document: the name of a field, a text in which {@code {{field}}} and {@code
 * {{field.within.it}}} are replaced, or a template in Jinja that is run with the document's fields. Immutable.
 *
 * @param key of the YAML, for errors
 * @param source as it stands there
 */
record DocTemplate(String key, String source) implements Serializable {
    private static final Pattern PLACE = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}", Pattern.DOTALL);

    private static final Pattern PATH = Pattern.compile("[A-Za-z_]\\w*(\\.\\w+)*");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

    /** Jinja's own writes HTML's letters otherwise, and the harness has a filter beside Jinja's. */
    private static final Pattern NOT_HERE = Pattern.compile("\\|\\s*(tojson|regex_replace)\\b");

    /** What is wrong with it before any document is seen; null where nothing is. */
    String problem() {
        if (isPlain()) {
            return null;
        }
        Matcher other = NOT_HERE.matcher(source);
        if (other.find()) {
            return "has the filter " + other.group(1) + ", which is not understood here";
        }
        try {
            Template.strict(source);
            return null;
        } catch (JinjaException broken) {
            return "cannot be read as Jinja: " + broken.getMessage();
        }
    }

    /** Whether it has nothing of Jinja but places of fields, or nothing at all. */
    private boolean isPlain() {
        return !source.contains("{%")
                && !source.contains("{#")
                && PLACE.matcher(source)
                        .results()
                        .allMatch(place -> PATH.matcher(place.group(1)).matches()
                                && !place.group().startsWith("{{-")
                                && !place.group().endsWith("-}}"))
                && !PLACE.matcher(source).replaceAll("").contains("{{");
    }

    /**
     * Fails where it names a field that no document has.
     *
     * @param task named in the error
     */
    void requireFields(String task, Set<String> fields) {
        if (fields.contains(source) || !isPlain()) { // what Jinja does not find it names
            return;
        }
        List<String> named = NAME.matcher(source).matches()
                ? List.of(source) // a lone word is a field's name rather than the same text of each document
                : PLACE.matcher(source)
                        .results()
                        .map(place -> place.group(1).split("\\.", 2)[0])
                        .toList();
        for (String name : named) {
            if (!fields.contains(name)) {
                List<String> known = fields.stream().sorted().toList();
                throw WeftException.invalidData(
                        "task " + task + ": " + key + " names the field " + name
                                + ", which no document has: fields are " + String.join(", ", known)
                                + Suggestion.near(known, name),
                        "name one of these, or mend the data");
            }
        }
    }

    /**
     * The field's value, a lone placeholder's where it is an array, or else text.
     *
     * @param fields of all documents
     */
    Object value(Fields document, Set<String> fields) {
        if (fields.contains(source)) {
            return given(document, source, document.get(source));
        }
        if (!isPlain()) {
            return rendered(document);
        }
        Matcher place = PLACE.matcher(source);
        boolean alone = place.matches() && PATH.matcher(place.group(1)).matches(); // and not the first of several
        if (alone && at(document, place.group(1)) instanceof List<?> list) {
            return list;
        }
        return PLACE.matcher(source).replaceAll(found -> Matcher.quoteReplacement(text(document, found.group(1))));
    }

    /** What Jinja writes of a document; where that is a list as Python writes it, the list, as for the harness. */
    private Object rendered(Fields document) {
        try {
            String text = Template.strict(source)
                    .render(document.values(), null, Limits.DEFAULT)
                    .text();
            return text.startsWith("[") && text.endsWith("]") ? listOr(text) : text;
        } catch (JinjaException refused) {
            throw wrong(document, refused.getMessage());
        }
    }

    private static Object listOr(String text) {
        try {
            String json = Template.strict("{{ " + text + " | tojson }}")
                    .render(Map.of(), null, Limits.DEFAULT)
                    .text();
            return Json.MAPPER.readValue(json, List.class);
        } catch (JinjaException | JsonProcessingException noList) {
            return text;
        }
    }

    private String text(Fields document, String path) {
        Object value = at(document, path);
        if (value instanceof List || value instanceof Map) {
            throw wrong(document, "{{" + path + "}} is an array or an object where text is expected");
        }
        return PythonText.of(value);
    }

    private Object at(Fields document, String path) {
        Object value = document.values();
        for (String name : path.split("\\.")) {
            if (!(value instanceof Map<?, ?> map) || !map.containsKey(name)) {
                throw wrong(document, "there is no " + path);
            }
            value = map.get(name);
        }
        return value;
    }

    private Object given(Fields document, String path, Object value) {
        if (value == null) {
            throw wrong(document, "there is no " + path);
        }
        return value;
    }

    /** An error about what it finds in a document. */
    WeftException wrong(Fields document, String what) {
        return WeftException.invalidData(
                key + ": " + what + ": " + document.place() + " document=" + shown(document),
                "mend or remove the document");
    }

    private static String shown(Fields document) {
        String all = document.values().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
        return all.length() <= 160 ? all : all.substring(0, 160) + "…";
    }
}
