package org.weft.trainer.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.taught.TeacherLogitsManifest;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.TeacherModel;
import org.weft.trainer.pretrain.TaughtCorpus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code teacher-logits}: what a teacher says of a corpus, once, for runs that learn from it without the teacher. */
@Command(
        name = "teacher-logits",
        description =
                "Write the likeliest tokens that a teacher has at each place of a corpus, for distillation.logits.",
        mixinStandardHelpOptions = true)
public final class TeacherLogitsCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--teacher",
            required = true,
            paramLabel = "PATH",
            description = "The model to ask: a Hugging Face directory, a checkpoint or a run's newest.")
    private String teacher;

    @Option(
            names = "--corpus",
            paramLabel = "DIR",
            description = "The prepared corpus: run.corpus. Without it that of run.dir.")
    private String corpus;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "64",
            description = "Tokens that are kept at each place (64); 8 bytes each.")
    private int topK;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where to write them; what an earlier start has left whole is taken as it is.")
    private String output;

    @Override
    public Integer call() throws Exception {
        if (topK < 1) {
            throw WeftException.usage("--top-k " + topK + " must be at least 1", "");
        }
        List<String> forced = new ArrayList<>(ConfigOptions.setting("distillation.teacher", teacher));
        forced.addAll(ConfigOptions.setting("run.corpus", corpus));
        WeftConfig config = options.loadOver(List.of(), forced);
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.openFiles();
                SparkApplication application = SparkApplication.start(
                                config,
                                "teacher-logits",
                                files.settings(),
                                TeacherModel.shapeOf(files.store(), config).orElse(null))
                        .showingStages(progress::say)) {
            TeacherLogitsManifest manifest = new TaughtCorpus(application, config, progress::say).write(topK, output);
            new Summary("teacher-logits")
                    .put("output", output)
                    .put(
                            "windows",
                            manifest.files().stream()
                                    .mapToLong(TeacherLogitsManifest.File::windows)
                                    .sum())
                    .put("files", manifest.files().size())
                    .put(
                            "bytes",
                            manifest.files().stream()
                                    .mapToLong(TeacherLogitsManifest.File::bytes)
                                    .sum())
                    .put("sha256", manifest.sha256())
                    .print();
            return ExitStatus.DONE.code();
        }
    }
}
