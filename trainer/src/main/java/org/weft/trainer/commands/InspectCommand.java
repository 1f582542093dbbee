package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.CorpusVerification;
import org.weft.corpus.ProvenanceFile;
import org.weft.corpus.tokenizer.TokenizerSummary;
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
    private FileOptions options;

    @Parameters(
            paramLabel = "PATH",
            description = "A checkpoint, corpus, run or Hugging Face directory, or a .safetensors file.")
    private String path;

    @Option(
            names = "--verify",
            description =
                    "Also read every file of what the path holds, checkpoints, corpus and data set of a run too, and"
                            + " compare checksums where there are any.")
    private boolean verify;

    private final List<String> problems = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.open()) {
            Store store = files.store();
            ObjectNode facts = facts(store);
            if (!problems.isEmpty()) {
                throw WeftException.invalidData(
                        path + " does not verify: " + String.join("; ", problems),
                        "take another checkpoint, run prepare or finetune again, or take another copy of the files");
            }
            System.out.println(Json.INDENTED.writeValueAsString(facts));
            return ExitStatus.DONE.code();
        }
    }

    private ObjectNode facts(Store store) throws IOException {
        if (store.exists(path + "/" + MANIFEST)) {
            return manifest(store, path);
        }
        boolean file = path.endsWith(".safetensors");
        if (file || HuggingFaceModel.isAt(store, path)) {
            ObjectNode facts = file ? HuggingFaceFacts.ofFile(store, path) : HuggingFaceFacts.ofDirectory(store, path);
            return verified(facts, path, () -> HuggingFaceFacts.verify(store, path));
        }
        return run(store);
    }

    private ObjectNode manifest(Store store, String directory) throws IOException {
        JsonNode tree = Json.INDENTED.readTree(store.readAll(directory + "/" + MANIFEST));
        ObjectNode facts = Json.INDENTED.createObjectNode();
        String kind = tree.has("params_sha256") ? "checkpoint" : tree.has("task") ? "dataset" : "corpus";
        facts.put("kind", kind).put("path", directory);
        facts.setAll((ObjectNode) tree);
        if (kind.equals("corpus")) {
            tokenizer(store, directory, tree).ifPresent(file -> facts.set("tokenizer", TokenizerSummary.of(file)));
            ObjectNode provenance = ProvenanceFile.facts(store, directory);
            if (provenance != null) {
                facts.set("provenance", provenance);
            }
        }
        return verified(facts, directory, () -> switch (kind) {
            case "checkpoint" -> checkpointProblems(store, directory);
            case "dataset" -> ExamplesManifest.load(store, directory).verify(store, directory);
            default -> CorpusVerification.problems(store, directory);
        });
    }

    /** The tokenizer of a corpus; empty where it is missing or another one, which {@code --verify} tells. */
    private static Optional<TokenizerFile> tokenizer(Store store, String directory, JsonNode manifest)
            throws IOException {
        String file = directory + "/" + manifest.path("tokenizer_file").asText();
        if (!store.exists(file)) {
            return Optional.empty();
        }
        byte[] json = store.readAll(file);
        boolean own = Sha256.hex(json).equals(manifest.path("tokenizer_sha256").asText());
        return own ? Optional.of(new TokenizerFile(json, file)) : Optional.empty();
    }

    private static List<String> checkpointProblems(Store store, String directory) throws IOException {
        return new CheckpointReader(store, directory, CheckpointManifest.load(store, directory)).verify();
    }

    /** What reads a directory's files and tells what is wrong with them. */
    @FunctionalInterface
    private interface Verification {
        List<String> problems() throws IOException;
    }

    /** Facts, with whether they were verified; what is wrong is collected, so that all of a run is told at once. */
    private ObjectNode verified(ObjectNode facts, String of, Verification verification) throws IOException {
        if (!verify) {
            return facts;
        }
        List<String> found;
        try {
            found = verification.problems();
        } catch (WeftException unreadable) {
            found = List.of(unreadable.getMessage());
        }
        found.forEach(problem -> problems.add(of.equals(path) ? problem : of + ": " + problem));
        return facts.put("verified", found.isEmpty());
    }

    private ObjectNode run(Store store) throws IOException {
        RunDirectory run = RunDirectory.of(path);
        List<Store.Entry> checkpoints = store.list(run.checkpoints());
        boolean corpus = store.exists(run.corpus() + "/" + MANIFEST);
        boolean dataset = ExamplesManifest.exists(store, run.dataset());
        if (checkpoints.isEmpty() && !corpus && !dataset) {
            throw WeftException.invalidData(
                    path + " is no checkpoint, corpus, run or Hugging Face directory",
                    "give a directory with a " + MANIFEST + ", or one with config.json and model.safetensors");
        }
        ObjectNode facts = Json.INDENTED.createObjectNode().put("kind", "run").put("path", path);
        if (corpus) {
            facts.set("corpus", manifest(store, run.corpus()));
        }
        if (dataset) {
            facts.set("dataset", manifest(store, run.dataset()));
        }
        for (Store.Entry entry : checkpoints) {
            if (store.exists(entry.path() + "/" + MANIFEST)) {
                CheckpointManifest manifest = CheckpointManifest.load(store, entry.path());
                ObjectNode checkpoint = facts.withArray("checkpoints")
                        .addObject()
                        .put("path", entry.path())
                        .put("step", manifest.step())
                        .put("parameters", manifest.parameters())
                        .put("params_sha256", manifest.paramsSha256());
                verified(checkpoint, entry.path(), () -> checkpointProblems(store, entry.path()));
            }
        }
        return facts;
    }
}
