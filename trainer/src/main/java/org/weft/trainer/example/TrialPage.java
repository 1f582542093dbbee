package org.weft.trainer.example;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * An example's page with what it shows in it: the figures of its models, and rows of its data. The page says where by
 * {@code /*data*&#47;null}, in a script, and finds there
 *
 * <pre>
 * {"figures": {"intents": {"accuracy": 0.99, …}, …}, "rows": {"faq.jsonl": [{…}, …], …}}
 * </pre>
 */
public final class TrialPage {
    private static final String PLACE = "/*data*/null";
    private static final int ROWS = 200;

    private TrialPage() {}

    /**
     * Writes the page.
     *
     * @param folder of the example
     * @param data where the example's rows are
     */
    public static void write(Example.Page page, Path folder, Store store, String data, Path target) throws IOException {
        Path source = folder.resolve(page.file());
        String html = Files.readString(source);
        if (!html.contains(PLACE)) {
            throw WeftException.usage(source + " has no " + PLACE, "it is where figures and rows are put");
        }
        ObjectNode shown = Json.MAPPER.createObjectNode();
        ObjectNode figures = shown.putObject("figures");
        for (Map.Entry<String, String> model : page.models().entrySet()) {
            ObjectNode own = figures.putObject(model.getKey());
            Figures.of(store, RunDirectory.of(model.getValue())).values().forEach(own::put);
        }
        ObjectNode rows = shown.putObject("rows");
        for (String file : page.rows()) {
            read(store, data + "/" + file, rows.putArray(file));
        }
        String json = Json.MAPPER.writeValueAsString(shown).replace("<", "\\u003c"); // Ends no script.
        Files.writeString(target, html.replace(PLACE, json));
    }

    private static void read(Store store, String path, ArrayNode into) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(store.open(path), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && into.size() < ROWS; line = lines.readLine()) {
                into.add(Json.MAPPER.readTree(line));
            }
        }
    }

    /** The command by which the page is tried. */
    public static List<String> command(Example.Page page, Path hdfs, Path html) {
        List<String> words = new ArrayList<>(List.of("serve", "--hdfs", hdfs.toString(), "--page", html.toString()));
        page.models().forEach((name, run) -> words.addAll(List.of("--checkpoint", name + "=" + run)));
        return words;
    }
}
