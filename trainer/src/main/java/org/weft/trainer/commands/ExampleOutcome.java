package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.BooleanNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.Progress;
import org.weft.trainer.example.Bar;
import org.weft.trainer.example.EpochTable;
import org.weft.trainer.example.Example;
import org.weft.trainer.example.Figures;
import org.weft.trainer.example.ShownRows;

/** What an example came to, from the files that its steps wrote. */
final class ExampleOutcome {
    private final Example example;
    private final Store store;
    private final RunDirectory run;
    private final Figures.Interval interval;
    private final double value;

    private ExampleOutcome(Example example, Store store, RunDirectory run, Figures figures) {
        this.example = example;
        this.store = store;
        this.run = run;
        this.value = figures.of(example.bar());
        this.interval = figures.intervals().get(example.bar().metric());
    }

    static ExampleOutcome of(Example example, Store store) throws IOException {
        RunDirectory run = RunDirectory.of(example.run());
        return new ExampleOutcome(example, store, run, Figures.of(store, run));
    }

    boolean met() {
        return example.bar().isMetBy(value);
    }

    /** The table of epochs, ten predictions, the figure and its bar. */
    void show(Progress progress) throws IOException {
        String epochs = EpochTable.of(store, run);
        if (!epochs.isEmpty()) {
            progress.say("\n" + epochs.stripTrailing());
        }
        if (example.show() != null) {
            progress.say("\npredictions of ten rows:");
            ShownRows.of(store, example.show()).forEach(progress::say);
        }
        Bar bar = example.bar();
        progress.say(String.format(
                Locale.ROOT,
                "\n%s %.4f%s; the bar is %s: %s",
                bar.metric(),
                value,
                interval == null ? "" : String.format(Locale.ROOT, " (%.4f to %.4f)", interval.low(), interval.high()),
                bar,
                met() ? "passed" : "missed"));
    }

    /** Copies the pages that the steps wrote to a folder of this machine, where a browser finds them. */
    List<Path> copyPages(Path folder) throws IOException {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put(run.evaluation() + "/report.html", "evaluation.html");
        pages.put(run.report(), "run.html");
        pages.put(run.file("sweep.html"), "sweep.html");
        List<Path> copied = new ArrayList<>();
        for (Map.Entry<String, String> page : pages.entrySet()) {
            if (store.exists(page.getKey())) {
                Path target = folder.resolve(page.getValue());
                try (InputStream in = store.open(page.getKey())) {
                    Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
                }
                copied.add(target);
            }
        }
        return copied;
    }

    Summary summary(String name) throws IOException {
        Summary summary = new Summary("example")
                .put("example", name)
                .put("metric", example.bar().metric())
                .number("value", value)
                .put("bar", example.bar().toString())
                .put("met", BooleanNode.valueOf(met()));
        if (interval != null) {
            summary.number("low", interval.low()).number("high", interval.high());
        }
        CheckpointManifest newest = new CheckpointResolver(store, said -> {}).newestManifest(run);
        if (newest != null) {
            summary.put("params_sha256", newest.paramsSha256());
        }
        return summary.put("run", example.run());
    }
}
