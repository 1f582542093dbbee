package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.DatasetConfig.Unanswerable;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.HeadKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.model.Adaptation;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.NamedParameters;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.Workload;
import org.weft.hub.TeacherModel;

/**
 * What a fine-tuning run starts with: the configuration as the examples complete it, the model's shape with its head, and
 * the parameters out of the pre-trained model. For one thread, which has the run's lease.
 */
public final class FinetuneStart {
    private final Store store;
    private final WeftConfig config;
    private final BaseModel base;
    private final ModelShape shape;
    private final Vocabulary vocabulary;
    private final double tokensPerExample;

    /**
     * @param config of the run; labels and the number of steps are taken from the examples where it leaves them open
     */
    public FinetuneStart(Store store, WeftConfig config, BaseModel base, ExamplesManifest examples) {
        this.store = store;
        this.base = base;
        this.config = complete(config, examples);
        List<Double> weights = examples.classWeights();
        boolean alike = weights.stream().allMatch(weight -> weight == 1);
        Adaptation adaptation = Adaptation.of(this.config, alike ? List.of() : weights);
        this.shape = new ModelShape(this.config.model(), base.vocabSize(), adaptation);
        this.tokensPerExample =
                (double) examples.train().tokens() / examples.train().examples();
        this.vocabulary =
                new Vocabulary(base.vocabSize(), Sha256.hex(base.tokenizer().json()));
    }

    private static WeftConfig complete(WeftConfig config, ExamplesManifest examples) {
        FinetuneConfig tuning = config.finetune().withLabels(examples.labels());
        WeftConfig labelled = config.withFinetune(tuning).withDataset(settled(config.dataset(), examples));
        if (tuning.epochs() == 0) {
            return labelled;
        }
        double steps = Math.ceil(tuning.epochs()
                * examples.train().examples()
                / config.training().globalBatch());
        return labelled.withTraining(config.training().withSteps((int) Math.max(1, steps)));
    }

    /** An older data set was encoded when any model might say that there is no answer. */
    private static DatasetConfig settled(DatasetConfig dataset, ExamplesManifest examples) {
        if (examples.unanswerable() == null) {
            return dataset;
        }
        return dataset.settled(examples.unanswerable() ? Unanswerable.SOME : Unanswerable.NONE);
    }

    /** The run's configuration, complete. */
    public WeftConfig config() {
        return config;
    }

    public ModelShape shape() {
        return shape;
    }

    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** @param teacher that is learnt from, too; null for none */
    public Workload<?> workload(TeacherModel teacher) {
        return new TaskTraining(config, shape, tokensPerExample, store, teacher);
    }

    /**
     * Writes the parameters that do not learn to {@code run.dir/base}, and those that do and are not fresh to {@code
     * run.dir/initial}.
     *
     * @param notices told what a person should know
     * @return the checkpoint of step 0, or null where all that learns is fresh
     */
    public Checkpoint write(Consumer<String> notices) throws IOException {
        base.requireFrozen(store, shape.adapted().frozen(), said -> {});
        RunDirectory run = config.run().directory();
        base.copyTokenizer(store, run);
        Checkpoint source = base.imported(store, run.imported(), notices);
        sayHead(notices);
        AdaptedLayout adapted = shape.adapted();
        store.delete(run.base().path());
        store.delete(run.initial().path());
        if (adapted.frozen().size() > 0) {
            NamedParameters frozen = parameters(source, adapted.frozen());
            if (!frozen.missing().isEmpty()) {
                throw WeftException.invalidData(
                        base.from() + " has no " + String.join(", ", frozen.missing()) + ", which are not to learn",
                        "let them learn: finetune.frozen_layers=0 and finetune.method=full");
            }
            write(run.base(), adapted.frozen(), frozen);
        }
        NamedParameters learned = parameters(source, adapted.learned());
        boolean whole = adapted.frozen().size() == 0;
        if (whole && isLanguage() && !learned.missing().isEmpty()) {
            throw WeftException.invalidData(
                    base.from() + " does not predict tokens any more: it has no "
                            + String.join(", ", learned.missing()),
                    "start from the model that it was fine-tuned from");
        }
        boolean fresh =
                learned.missing().size() == adapted.learned().parameters().size();
        Checkpoint start = fresh ? null : write(run.initial(), adapted.learned(), learned);
        store.delete(run.imported().path());
        return start;
    }

    private void sayHead(Consumer<String> notices) {
        FinetuneConfig before = base.tuned();
        if (before.task() == config.finetune().task() && isLayered()) {
            notices.accept(
                    base.hasHeadOf(config.finetune())
                            ? "the head that " + base.from() + " has is taken over: the same task and labels"
                            : "the head starts afresh, that of " + base.from() + " was made for labels "
                                    + before.labels() + ": now "
                                    + config.finetune().labels());
        }
    }

    private boolean isLayered() {
        return shape.adaptation().head().kind().layered();
    }

    private boolean isLanguage() {
        return shape.adaptation().head().kind() == HeadKind.LANGUAGE;
    }

    private NamedParameters parameters(Checkpoint source, ParameterLayout layout) {
        String head = isLayered() ? AdaptedLayout.headName(shape) + "." : "";
        // Another task's head means other labels, though it may have the same name and shape.
        return new NamedParameters(
                store,
                source,
                layout,
                name -> isLayered() && name.startsWith(head) && !base.hasHeadOf(config.finetune()),
                config.run().seed());
    }

    private Checkpoint write(RunDirectory place, ParameterLayout layout, NamedParameters parameters)
            throws IOException {
        return InitialCheckpoint.write(store, place, new RunIdentity(config, layout, vocabulary), parameters);
    }
}
