package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.hub.HuggingFaceFacts;
import org.weft.hub.HuggingFaceModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect}: what a checkpoint, a corpus, a run directory or a Hugging Face model holds, as JSON. */
@Command(
        name = "inspect",
        description = "Print the facts of a checkpoint, a corpus, a run or a Hugging Face directory as JSON.",
        mixinStandardHelpOptions = true)
public final class InspectCommand implements Callable<Integer> {
    private static final String MANIFEST = CheckpointManifest.FILE;

    @Mixin
    private ConfigOptions options;

    @Parameters(
            paramLabel = "PATH",
            description = "A checkpoint, corpus, run or Hugging Face directory, or a .safetensors file.")
    private String path;

    @Option(names = "--verify", description = "Also read every file of a checkpoint and check its SHA-256.")
    private boolean verify;

    @Override
    public Integer call() throws Exception {
        try (ConfigOptions.FileAccess files = options.openFiles()) {
            Store store = files.store();
            ObjectNode facts = facts(store);
            System.out.println(Json.INDENTED.writeValueAsString(facts));
            return ExitStatus.DONE.code();
        }
    }

    private ObjectNode facts(Store store) throws IOException {
        if (store.exists(path + "/" + MANIFEST)) {
            return manifest(store, path);
        }
        if (path.endsWith(".safetensors")) {
            return HuggingFaceFacts.ofFile(store, path);
        }
        return HuggingFaceModel.isAt(store, path) ? HuggingFaceFacts.ofDirectory(store, path) : run(store);
    }

    private ObjectNode manifest(Store store, String directory) throws IOException {
        JsonNode tree = Json.INDENTED.readTree(store.readAll(directory + "/" + MANIFEST));
        ObjectNode facts = Json.INDENTED.createObjectNode();
        boolean checkpoint = tree.has("params_sha256");
        facts.put("kind", checkpoint ? "checkpoint" : "corpus").put("path", directory);
        facts.setAll((ObjectNode) tree);
        if (checkpoint && verify) {
            CheckpointManifest manifest = CheckpointManifest.load(store, directory);
            List<String> problems = new CheckpointReader(store, directory, manifest).verify();
            if (!problems.isEmpty()) {
                throw WeftException.invalidData(
                        directory + " does not verify: " + String.join("; ", problems), "take another checkpoint");
            }
            facts.put("verified", true);
        }
        return facts;
    }

    private ObjectNode run(Store store) throws IOException {
        RunDirectory run = RunDirectory.of(path);
        List<Store.Entry> checkpoints = store.list(run.checkpoints());
        boolean corpus = store.exists(run.corpus() + "/" + MANIFEST);
        if (checkpoints.isEmpty() && !corpus) {
            throw WeftException.invalidData(
                    path + " is no checkpoint, corpus, run or Hugging Face directory",
                    "give a directory with a " + MANIFEST + ", or one with config.json and model.safetensors");
        }
        ObjectNode facts = Json.INDENTED.createObjectNode().put("kind", "run").put("path", path);
        if (corpus) {
            facts.set("corpus", manifest(store, run.corpus()));
        }
        for (Store.Entry entry : checkpoints) {
            if (store.exists(entry.path() + "/" + MANIFEST)) {
                CheckpointManifest manifest = CheckpointManifest.load(store, entry.path());
                facts.withArray("checkpoints")
                        .addObject()
                        .put("path", entry.path())
                        .put("step", manifest.step())
                        .put("parameters", manifest.parameters())
                        .put("params_sha256", manifest.paramsSha256());
            }
        }
        return facts;
    }
}
