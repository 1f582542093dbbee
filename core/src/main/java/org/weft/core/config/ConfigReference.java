package org.weft.core.config;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Collectors;
import org.weft.core.Records;

/** Writes {@code docs/configuration.md} from the records, so that the page cannot drift from the code. */
public final class ConfigReference {
    /** Stands in a {@link Doc} for what each family says of itself. */
    static final String FAMILIES = "{families}";

    private ConfigReference() {}

    public static String markdown() {
        StringBuilder page = new StringBuilder("""
                # Configuration

                A run is described by one YAML file and `--set section.key=value`. Every key has a default; an unknown key is
                an error. Batch sizes count sequences of `model.context` tokens. This page is generated from the records in
                `core/src/main/java/org/weft/core/config`.
                """);
        WeftConfig defaults = WeftConfig.defaults();
        for (RecordComponent section : WeftConfig.class.getRecordComponents()) {
            String name = RecordBinder.key(section.getName());
            page.append("\n## ")
                    .append(name)
                    .append("\n\n")
                    .append(doc(section))
                    .append("\n\n");
            page.append("| key | default | meaning |\n|---|---|---|\n");
            Record values = (Record) Records.get(defaults, section);
            rows(page, name + ".", values);
        }
        return page.toString();
    }

    /**
     * A row for each key of a section; below a section within it, one for each of its keys, and below a list of sections
     * one for each key of an item.
     */
    private static void rows(StringBuilder page, String prefix, Record values) {
        for (RecordComponent key : values.getClass().getRecordComponents()) {
            String name = prefix + RecordBinder.key(key.getName());
            Object value = Records.get(values, key);
            page.append("| `")
                    .append(name)
                    .append(value instanceof Record ? "` | | " : "` | `" + shown(value) + "` | ")
                    .append(doc(key))
                    .append(" |\n");
            Class<?> item = RecordBinder.sectionOf(key);
            if (value instanceof Record section) {
                rows(page, name + ".", section);
            } else if (item != null) {
                rows(page, name + "[].", RecordBinder.defaults(item));
            }
        }
    }

    private static String shown(Object value) {
        if (value instanceof Word word) {
            return shown(word.word());
        }
        if (value instanceof List<?> items && !items.isEmpty() && items.get(0) instanceof Record) {
            return items.stream()
                    .map(item -> RecordBinder.toTree((Record) item).toString())
                    .collect(Collectors.joining(", ", "[", "]"))
                    .replace("\"", "")
                    .replace(":", ": ")
                    .replace(",", ", ")
                    .replace(",  ", ", ");
        }
        return value instanceof String text && text.isEmpty() ? "\"\"" : String.valueOf(value);
    }

    private static String doc(RecordComponent component) {
        String text = component.getAnnotation(Doc.class).value();
        return text.contains(FAMILIES) ? text.replace(FAMILIES, families()) : text;
    }

    private static String families() {
        return Architecture.all().stream()
                .map(family -> family.name() + ": " + family.summary())
                .collect(Collectors.joining(" "));
    }
}
