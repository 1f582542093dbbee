package org.weft.driver.run;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenCorpus;
import org.weft.corpus.FirstTaskError;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.InputSquares;
import org.weft.engine.ModelReplica;

/**
 * What a model's linear layers are given over samples of a corpus, summed: H of {@link org.weft.core.quantize.Gptq}. Samples lie
 * evenly over the training split. They are dealt out to {@value #PARTS} parts, of which each is summed by one task in its samples' order;
 * the parts come to the driver one after the other and are added in their order, so that the sums do not depend on the executors.
 * The driver holds two sums of the layers that it asks for at a time; so does an executor, beside the model.
 */
public final class CalibrationJob {
    private static final int PARTS = 8;

    private final SparkApplication application;
    private final LanguageModel model;
    private final String corpus;
    private final int samples;

    /**
     * @param corpus a directory that prepare wrote
     * @param samples sequences of the model's context; as many as there are, where there are fewer
     */
    public CalibrationJob(SparkApplication application, LanguageModel model, String corpus, int samples) {
        this.application = application;
        this.model = model;
        this.corpus = corpus;
        this.samples = samples;
    }

    /** Samples of one task, by their numbers in the corpus. */
    private record Part(List<Long> samples) implements Serializable {}

    /**
     * Sums what some layers are given.
     *
     * @param parameters their matrices
     * @return in no order; a layer that was given nothing is in none
     */
    public List<InputSquares> run(Set<String> parameters) throws IOException {
        HadoopStore store = application.store();
        CorpusManifest manifest = CorpusManifest.load(store, corpus);
        requireVocabulary(manifest);
        List<Part> parts = parts(store, manifest);
        Set<String> wanted = Set.copyOf(parameters);
        LanguageModel shared = model;
        String directory = corpus;
        JavaRDD<ArrayList<InputSquares>> summed = application
                .context()
                .parallelize(parts, parts.size())
                .map(part -> sums(store, shared, directory, part, wanted))
                .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            FirstTaskError.ends(application.context(), summed::count); // all of them at once; then one by one
            List<InputSquares> total = new ArrayList<>();
            for (Iterator<ArrayList<InputSquares>> each = summed.toLocalIterator(); each.hasNext(); ) {
                each.next().forEach(one -> add(total, one));
            }
            return total;
        } finally {
            summed.unpersist();
        }
    }

    private void requireVocabulary(CorpusManifest manifest) throws IOException {
        String own = Sha256.hex(model.tokenizer().json());
        if (!own.equals(manifest.tokenizerSha256())) {
            throw WeftException.invalidData(
                    "the corpus in " + corpus + " was cut by another tokenizer than that of " + model.directory(),
                    "prepare one with the model's tokenizer: tokenizer.kind=file and its tokenizer.json as"
                            + " tokenizer.file");
        }
    }

    private List<Part> parts(HadoopStore store, CorpusManifest manifest) throws IOException {
        try (TokenCorpus tokens = TokenCorpus.train(store, corpus, manifest)) {
            long there = tokens.requireSamples(model.config().model().context());
            long taken = Math.min(samples, there);
            List<Part> parts = new ArrayList<>();
            int count = (int) Math.min(PARTS, taken);
            for (int part = 0; part < count; part++) {
                parts.add(new Part(new ArrayList<>()));
            }
            for (long i = 0; i < taken; i++) {
                parts.get((int) (i * count / taken)).samples.add(i * there / taken);
            }
            return parts;
        }
    }

    private static ArrayList<InputSquares> sums(
            HadoopStore store, LanguageModel model, String corpus, Part part, Set<String> wanted) throws IOException {
        int context = model.config().model().context();
        CorpusManifest manifest = CorpusManifest.load(store, corpus);
        int[] window = new int[context + 1];
        try (TokenCorpus tokens = TokenCorpus.train(store, corpus, manifest);
                ModelReplica replica = model.replica()) {
            replica.observe(new TreeSet<>(wanted));
            for (long sample : part.samples) {
                tokens.read(sample, context, window, 0);
                replica.hiddenStates(Arrays.copyOf(window, context));
            }
            return new ArrayList<>(replica.observed());
        }
    }

    /** Layers that share an input do so in every part: the same code gives it to them. */
    private static void add(List<InputSquares> total, InputSquares one) {
        for (InputSquares known : total) {
            if (known.parameters().equals(one.parameters())) {
                for (int i = 0; i < known.sums().length; i++) {
                    known.sums()[i] += one.sums()[i];
                }
                return;
            }
        }
        total.add(one);
    }
}
