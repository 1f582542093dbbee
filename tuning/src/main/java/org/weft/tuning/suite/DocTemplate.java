package org.weft.tuning.suite;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.weft.core.WeftException;
import org.weft.core.config.Suggestion;
import org.weft.jinja.JinjaException;
import org.weft.jinja.Limits;
import org.weft.jinja.Template;
import org.weft.tuning.task.Fields;

/**
 * What a key such as {@code doc_to_text} says of each document: the name of a field, a text in which {@code {{field}}} and {@code
 * {{field.within.it}}} are replaced, or a template in Jinja that is run with the document's fields. It is read once. Immutable.
 */
final class DocTemplate implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final Pattern PLACE = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}", Pattern.DOTALL);

    private static final Pattern PATH = Pattern.compile("[A-Za-z_]\\w*(\\.\\w+)*");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

    /** Jinja's own writes HTML's letters otherwise, and the harness has a filter beside Jinja's. */
    private static final Pattern NOT_HERE = Pattern.compile("\\|\\s*(tojson|regex_replace)\\b");

    /** What is run of a template. */
    private static final Pattern RUN = Pattern.compile("\\{\\{.*?}}|\\{%.*?%}", Pattern.DOTALL);

    private final String key;
    private final String source;
    private final boolean plain;
    private transient volatile Template template;

    /**
     * @param key of the YAML, for errors
     * @param source as it stands there
     */
    DocTemplate(String key, String source) {
        this.key = key;
        this.source = source;
        this.plain = isPlain(source);
    }

    /** As it stands in the YAML. */
    String source() {
        return source;
    }

    /** What is wrong with it before any document is seen; null where nothing is. */
    String problem() {
        if (plain) {
            return null;
        }
        Matcher run = RUN.matcher(source);
        while (run.find()) {
            Matcher other = NOT_HERE.matcher(run.group());
            if (other.find()) {
                return "has the filter " + other.group(1) + ", which is not understood here";
            }
        }
        try {
            template();
            return null;
        } catch (JinjaException broken) {
            return "cannot be read as Jinja: " + broken.getMessage();
        }
    }

    /** Whether it has nothing of Jinja but places of fields, or nothing at all. */
    private static boolean isPlain(String source) {
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
        if (fields.contains(source) || !plain) { // what Jinja does not find it names
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
        if (!plain) {
            return rendered(document);
        }
        Matcher place = PLACE.matcher(source);
        boolean alone = place.matches() && PATH.matcher(place.group(1)).matches(); // and not the first of several
        if (alone && at(document, place.group(1)) instanceof List<?> list) {
            return list;
        }
        return PLACE.matcher(source).replaceAll(found -> Matcher.quoteReplacement(text(document, found.group(1))));
    }

    /** The same of answers to choose from: a text that is a list as Python writes it is that list, as for the harness. */
    Object choices(Fields document, Set<String> fields) {
        Object value = value(document, fields);
        return value instanceof String text && !fields.contains(source)
                ? PythonList.of(text).<Object>map(list -> list).orElse(text)
                : value;
    }

    private String rendered(Fields document) {
        try {
            return template().render(document.values(), null, Limits.DEFAULT).text();
        } catch (JinjaException refused) {
            throw wrong(document, refused.getMessage());
        }
    }

    /** As it was read first, on this machine. */
    Template template() {
        Template read = template;
        if (read == null) {
            read = Template.strict(source);
            template = read;
        }
        return read;
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
