package org.weft.trainer.prove;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.ConfigLoader;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.hub.ExportRecord;
import org.weft.hub.HuggingFaceModel;

/**
 * What a path stands for, and all that its files say of each other, in the order in which they were made. For one thread.
 */
public final class ProvenPath {

    /** What a path can be. */
    public enum Kind {
        CORPUS,
        CHECKPOINT,
        RUN,
        EXPORT
    }

    private final Store store;
    private final Request request;
    private final Kind kind;
    private final RunDirectory run;
    private final List<Claim> claims = new ArrayList<>();
    private final List<String> checkpoints = new ArrayList<>(); // that were there
    private boolean attested = true;
    private CheckpointManifest newest;

    /**
     * What is asked for.
     *
     * @param run that an exported directory came from; null where nobody said
     * @param corpus where it is; null for where the run says
     * @param inputs whether raw inputs are looked at
     */
    public record Request(String path, String run, String corpus, boolean inputs) {}

    private ProvenPath(Store store, Request request, Kind kind) throws IOException {
        this.store = store;
        this.request = request;
        this.kind = kind;
        this.run = directory();
    }

    /**
     * Reads what the files of a path say.
     *
     * @throws WeftException where it is nothing of Weft's
     */
    public static ProvenPath read(Store store, Request request) throws IOException {
        ProvenPath path = new ProvenPath(store, request, kind(store, request.path()));
        path.claim();
        return path;
    }

    private static Kind kind(Store store, String path) throws IOException {
        if (store.exists(path + "/" + ExportRecord.FILE) || HuggingFaceModel.isAt(store, path)) {
            return Kind.EXPORT;
        }
        if (store.exists(path + "/" + CheckpointManifest.FILE)
                || store.exists(path + "/" + CorpusManifest.PROVENANCE_FILE)) {
            StoredFile manifest = StoredFile.read(store, path + "/" + CheckpointManifest.FILE);
            String text = manifest.bytes() == null ? "" : new String(manifest.bytes(), StandardCharsets.UTF_8);
            boolean checkpoint = RunDirectory.isStep(RunDirectory.nameOf(path)) || text.contains("params_sha256");
            return checkpoint ? Kind.CHECKPOINT : Kind.CORPUS;
        }
        RunDirectory run = RunDirectory.of(path);
        if (store.exists(run.checkpoints()) || store.exists(run.corpus() + "/" + CorpusManifest.FILE)) {
            return Kind.RUN;
        }
        throw WeftException.invalidData(
                path + " is no corpus, run, checkpoint or exported directory",
                "give what prepare, pretrain, finetune or export wrote");
    }

    private RunDirectory directory() throws IOException {
        RunDirectory own =
                switch (kind) {
                    case CORPUS -> null;
                    case CHECKPOINT -> RunDirectory.ofCheckpoint(request.path());
                    case RUN -> RunDirectory.of(request.path());
                    case EXPORT -> request.run() == null ? null : RunDirectory.of(request.run());
                };
        return own == null ? null : new RunDirectory(own.path(), corpus(own));
    }

    /** A run may have been moved, and its corpus with it; else it is where the run's configuration says. */
    private String corpus(RunDirectory own) throws IOException {
        if (request.corpus() != null) {
            return request.corpus();
        }
        if (store.exists(own.corpus() + "/" + CorpusManifest.FILE) || !store.exists(own.config())) {
            return own.corpus();
        }
        try {
            String yaml = new String(store.readAll(own.config()), StandardCharsets.UTF_8);
            String corpus = ConfigLoader.recorded(own.config(), yaml).run().corpus();
            return corpus.isBlank() ? own.corpus() : corpus;
        } catch (WeftException | IOException broken) {
            return own.corpus(); // That the configuration is broken is a link's to say.
        }
    }

    private void claim() throws IOException {
        switch (kind) {
            case CORPUS -> corpus(request.path());
            case CHECKPOINT -> {
                corpus(run.corpus());
                checkpoint(request.path(), run, false);
            }
            case RUN -> run();
            case EXPORT -> export();
        }
    }

    private void corpus(String directory) throws IOException {
        if (store.exists(directory + "/" + CorpusManifest.FILE)
                || store.exists(directory + "/" + CorpusManifest.PROVENANCE_FILE)) {
            claims.addAll(new CorpusClaims(store, directory, request.inputs()).all());
        }
    }

    private void run() throws IOException {
        corpus(run.corpus());
        for (RunDirectory start : List.of(run.imported(), run.base(), run.initial())) {
            checkpoints(start, false);
        }
        checkpoints(run, true);
    }

    private void checkpoints(RunDirectory of, boolean configured) throws IOException {
        List<Integer> steps = new CheckpointResolver(store, notice -> {}).committedSteps(of);
        for (int i = 0; i < steps.size(); i++) {
            checkpoint(of.step(steps.get(i)), of, configured && i == steps.size() - 1);
        }
    }

    private void checkpoint(String directory, RunDirectory of, boolean last) throws IOException {
        Optional<CheckpointManifest> manifest = new CheckpointClaims(store, directory, of, last).addTo(claims);
        newest = manifest.orElse(newest);
        if (manifest.isPresent()) {
            checkpoints.add(directory);
        }
    }

    private void export() throws IOException {
        List<Claim> own = new ExportClaims(store, request.path(), run).all();
        attested = own.stream().noneMatch(claim -> claim.outcome() == Link.Outcome.NOT_RECORDED);
        if (run != null) {
            corpus(run.corpus());
            boolean believed = own.stream().anyMatch(claim -> claim.link().equals(ExportClaims.CHECKPOINT));
            String directory =
                    believed ? run.step(ExportRecord.load(store, request.path()).step()) : "";
            if (believed && store.exists(directory + "/" + CheckpointManifest.FILE)) {
                checkpoint(directory, run, false);
            }
        }
        claims.addAll(own);
    }

    public Kind kind() {
        return kind;
    }

    public String path() {
        return request.path();
    }

    /** The corpus that the path is, or that its run was trained on; empty where there is none. */
    Optional<String> corpusDirectory() {
        return kind == Kind.CORPUS
                ? Optional.of(request.path())
                : Optional.ofNullable(run).map(RunDirectory::corpus);
    }

    /** The run that the path is, or lies in, or came from; empty where there is none. */
    public Optional<RunDirectory> directoryOfRun() {
        return Optional.ofNullable(run);
    }

    /** Looks at all of it. Meanwhile a run under way may have removed its oldest checkpoints, as it is told to. */
    public Chain resolve(JavaSparkContext spark) throws IOException {
        Chain chain = Chain.resolve(spark, store, claims);
        List<String> removed = new ArrayList<>();
        for (String directory : chain.firstDifference().isEmpty() ? List.<String>of() : checkpoints) {
            if (!store.exists(directory + "/" + CheckpointManifest.FILE)) {
                removed.add(directory);
            }
        }
        return chain.without(removed);
    }

    /** Whether anything says what the path should be: an export of an earlier version, or of another program, has nothing. */
    public boolean isAttested() {
        return attested;
    }

    /** Of the last checkpoint in the chain; null where there is none. */
    public CheckpointManifest checkpoint() {
        return newest;
    }
}
