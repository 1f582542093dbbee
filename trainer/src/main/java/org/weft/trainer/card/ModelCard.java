package org.weft.trainer.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;

/**
 * {@code README.md} of an exported model: a head of YAML that Hugging Face's hub reads, and what Weft knows of data, training and
 * results. What it does not know is left to be filled in, by name. Files are named without the directories that they lie in. Not
 * among the files whose checksums {@code weft.json} has: it is there to be written on.
 */
public final class ModelCard {
    public static final String FILE = "README.md";

    /** Sections of the configuration that make a model what it is. */
    private static final List<String> SECTIONS =
            List.of("model", "training", "dataset", "finetune", "sync", "distillation");

    private static final int MOST_INPUTS = 20;

    private final CardFacts facts;
    private StringBuilder page = new StringBuilder();

    ModelCard(CardFacts facts) {
        this.facts = facts;
    }

    /**
     * The card of a checkpoint that is to be exported, from what lies in its run.
     *
     * @param parameters of the whole model
     * @param dtype that tensors are stored in
     * @param notices told what a person should know
     */
    public static ModelCard of(
            Store store, Checkpoint checkpoint, long parameters, String dtype, Consumer<String> notices)
            throws IOException {
        return new ModelCard(CardFacts.read(store, checkpoint, parameters, dtype, notices));
    }

    /** Writes it into the directory of the exported model. */
    public void write(Store store, String directory) throws IOException {
        store.write(directory + "/" + FILE, render().getBytes(StandardCharsets.UTF_8));
        store.delete(directory + "/." + FILE + ".crc"); // as of the files beside it
    }

    String render() {
        page = new StringBuilder(FrontMatter.of(facts));
        page.append("\n# ").append(text(facts.config().run().name())).append("\n\n");
        intended();
        model();
        data();
        training();
        new ResultTables(facts.results(), page).render(facts.manifest());
        page.append("\n## Environmental impact\n\nThe energy that training took was not measured.\n");
        return page.toString();
    }

    private void intended() {
        String task = facts.config().finetune().task().word();
        page.append("What this model is for, for whom, and what it must not be used for: *to be filled in*.\n\n");
        page.append(task.isEmpty() ? "A language model" : "A model tuned for " + task)
                .append(", trained with Weft ")
                .append(text(facts.manifest().weftVersion()))
                .append(".\n");
    }

    private void model() {
        CheckpointManifest manifest = facts.manifest();
        page.append("\n## Model\n\n| | |\n|---|---|\n");
        row("architecture", facts.config().model().architecture());
        row("parameters", String.format(Locale.ROOT, "%,d", facts.parameters()));
        row("stored in", facts.dtype());
        row("context", facts.config().model().context() + " tokens");
        row("vocabulary", String.format(Locale.ROOT, "%,d", manifest.vocabSize()));
        List<String> labels = facts.config().finetune().labels();
        if (!labels.isEmpty()) {
            row("labels", String.join(", ", labels));
        }
        if (manifest.sparsity() != null) {
            row("zeros among the weights of blocks", String.format(Locale.ROOT, "%.1f %%", 100 * manifest.sparsity()));
        }
        row("parameters' SHA-256", manifest.paramsSha256());
    }

    private void data() {
        page.append("\n## Data\n\n");
        WeftConfig config = facts.config();
        if (config.finetune().active()) {
            page.append("Tuned from ")
                    .append(text(RunDirectory.nameOf(config.finetune().from())))
                    .append(" on ")
                    .append(names(config.dataset().train()))
                    .append(".\n\n");
        }
        JsonNode dataset = facts.dataset();
        if (!dataset.isMissingNode()) {
            page.append("| split | examples | tokens |\n|---|---|---|\n");
            for (String split : List.of("train", "validation", "test")) {
                long[] counted = counted(dataset.path(split));
                if (counted[0] > 0) {
                    page.append(String.format(Locale.ROOT, "| %s | %,d | %,d |%n", split, counted[0], counted[1]));
                }
            }
            page.append('\n');
            if (dataset.path("overlap").asLong() > 0) {
                page.append(dataset.path("overlap").asLong())
                        .append(" rows of validation or test have the same inputs as rows before them.\n\n");
            }
        }
        inputs();
        page.append("Provenance:\n\n| | SHA-256 |\n|---|---|\n");
        for (Source source : facts.manifest().sources()) {
            row(source.kind(), source.sha256());
        }
        page.append("\n`weft prove` follows these from the exported files to the raw ones.\n");
    }

    private static long[] counted(JsonNode split) {
        long[] counted = new long[2];
        split.path("files").forEach(file -> {
            counted[0] += file.path("examples").asLong();
            counted[1] += file.path("tokens").asLong();
        });
        return counted;
    }

    private void inputs() {
        JsonNode inputs = facts.provenance().path("inputs");
        if (inputs.isEmpty()) {
            return;
        }
        long bytes = 0;
        long documents = 0;
        List<String> paths = new ArrayList<>();
        for (JsonNode input : inputs) {
            bytes += input.path("bytes").asLong();
            paths.add(input.path("path").asText());
        }
        for (JsonNode source : facts.provenance().path("sources")) {
            documents += source.path("documents").asLong();
        }
        page.append(String.format(
                Locale.ROOT,
                "Pre-trained on a corpus of %,d documents out of %,d files, %,d bytes: ",
                documents,
                paths.size(),
                bytes));
        page.append(names(paths)).append(".\n\n");
    }

    private static String names(List<String> paths) {
        List<String> shown = paths.stream()
                .limit(MOST_INPUTS)
                .map(RunDirectory::nameOf)
                .map(ModelCard::text)
                .toList();
        int more = paths.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }

    private void training() {
        CheckpointManifest manifest = facts.manifest();
        page.append("\n## Training\n\n| | |\n|---|---|\n");
        row("step", String.format(Locale.ROOT, "%,d", manifest.step()));
        row("target tokens seen", String.format(Locale.ROOT, "%,d", manifest.tokensSeen()));
        row("seed", String.valueOf(manifest.seed()));
        if (manifest.privacy() != null) {
            row(
                    "differential privacy of a single example",
                    String.format(
                            Locale.ROOT,
                            "ε = %.4g at δ = %.2g",
                            manifest.privacy().epsilon(),
                            manifest.privacy().delta()));
        }
        JsonNode tree = ConfigLoader.toTree(facts.config());
        JsonNode defaults = ConfigLoader.toTree(WeftConfig.defaults());
        TreeMap<String, String> settings = new TreeMap<>();
        for (String section : SECTIONS) {
            differences(section, tree.path(section), defaults.path(section), settings);
        }
        page.append("\nSettings that differ from Weft's defaults:\n\n| | |\n|---|---|\n");
        settings.forEach(this::row);
    }

    private static void differences(String key, JsonNode value, JsonNode standard, TreeMap<String, String> into) {
        if (value.isObject()) {
            value.properties()
                    .forEach(each -> differences(
                            key + "." + each.getKey(), each.getValue(), standard.path(each.getKey()), into));
        } else if (!value.equals(standard) && !key.equals("finetune.jinja")) {
            into.put(key, shown(value));
        }
    }

    /** Without the directories of paths, which are nobody's business. */
    private static String shown(JsonNode value) {
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(shown(part)));
            return String.join(", ", parts);
        }
        return value.isTextual() && value.textValue().contains("/")
                ? RunDirectory.nameOf(value.textValue())
                : value.isValueNode() ? value.asText() : value.toString();
    }

    private void row(String name, String value) {
        page.append("| ").append(text(name)).append(" | ").append(text(value)).append(" |\n");
    }

    /** A text that may hold anything, where Markdown and HTML read nothing into it. */
    static String text(String any) {
        StringBuilder plain = new StringBuilder();
        any.codePoints().forEach(point -> {
            if (point == '\n' || point == '\r' || point == '\t') {
                plain.append(' ');
            } else if ("\\`*[]<>|#&!".indexOf(point) >= 0) {
                plain.append("&#").append(point).append(';');
            } else {
                plain.appendCodePoint(point);
            }
        });
        return plain.toString();
    }
}
