package org.weft.trainer.commands;

import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.CorpusManifest;
import org.weft.corpus.CorpusJob;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code prepare}: from text to token shards. */
@Command(
        name = "prepare",
        description = "Turn text into token shards under run.dir/corpus.",
        mixinStandardHelpOptions = true)
public final class PrepareCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Override
    public Integer call() throws Exception {
        WeftConfig config = options.load();
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.openFiles();
                SparkApplication application = SparkApplication.start(config, "prepare", files.settings())
                        .showingStages(progress::say)) {
            CorpusManifest manifest = prepare(application, config, progress);
            summary(config, manifest).print();
            return ExitStatus.DONE.code();
        }
    }

    /** While a run reads the corpus of its directory, or another prepare writes it, this one is refused. */
    static CorpusManifest prepare(SparkApplication application, WeftConfig config, Progress progress) throws Exception {
        if (!config.corpus().hasInput()) {
            throw WeftException.usage("corpus.input is empty", "give files, directories or globs to read");
        }
        try (RunLease lease = TrainingRun.lease(application, config.run(), progress)) {
            return new CorpusJob(application.context(), application.store(), progress::say)
                    .run(config, config.run().directory().corpus());
        }
    }

    /** The corpus of {@code run.dir}, which is made where it is not there. */
    static CorpusManifest prepared(SparkApplication application, WeftConfig config, Progress progress)
            throws Exception {
        String directory = config.run().directory().corpus();
        if (application.store().exists(directory + "/" + CorpusManifest.FILE)) {
            progress.say("the corpus in " + directory + " is prepared already");
            return CorpusManifest.load(application.store(), directory);
        }
        return prepare(application, config, progress);
    }

    static Summary summary(WeftConfig config, CorpusManifest manifest) {
        return new Summary("prepare")
                .put("corpus", config.run().directory().corpus())
                .put("documents", manifest.train().documents() + manifest.val().documents())
                .put("train_tokens", manifest.train().tokens())
                .put("val_tokens", manifest.val().tokens())
                .put("vocab_size", manifest.vocabSize())
                .put("shards", manifest.train().shards().size());
    }
}
