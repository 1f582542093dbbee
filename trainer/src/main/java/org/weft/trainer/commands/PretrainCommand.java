package org.weft.trainer.commands;

import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.hub.TeacherModel;
import org.weft.trainer.pretrain.Pretraining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pretrain}: from a prepared corpus to a trained model. */
@Command(name = "pretrain", description = "Train a model on a prepared corpus.", mixinStandardHelpOptions = true)
public final class PretrainCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--resume",
            arity = "0..1",
            paramLabel = "STEP",
            fallbackValue = TrainingRun.LATEST,
            description = "Go on from the newest checkpoint that verifies, or from that of STEP.")
    private String resume;

    @Option(
            names = "--from",
            paramLabel = "PATH",
            description = "Start with the parameters of a Hugging Face directory, a checkpoint or a run's newest. With "
                    + "--resume, only where this run has no checkpoint yet.")
    private String from;

    @Option(
            names = "--teacher",
            paramLabel = "PATH",
            description = "A model to learn from beside the data: distillation.teacher. A Hugging Face directory, a "
                    + "checkpoint or a run's newest, of the same vocabulary.")
    private String teacher;

    @Option(
            names = "--standby",
            description =
                    "Wait beside the driver of this run, with executors of its own, and go on from the newest checkpoint "
                            + "when that driver dies. Ends with status 0 when the run does.")
    private boolean standby;

    @Override
    public Integer call() throws Exception {
        TrainingRun.requireStep(resume);
        if (standby && resume != null && !resume.equals(TrainingRun.LATEST)) {
            throw WeftException.usage(
                    "--standby goes on from the newest checkpoint, and --resume " + resume + " asks for another",
                    "leave one of the two out");
        }
        WeftConfig config = options.loadOver(List.of(), ConfigOptions.setting("distillation.teacher", teacher));
        Engines.require(config.cluster().engine());
        try (FileAccess files = options.openFiles();
                SparkApplication application = SparkApplication.start(
                        config,
                        "pretrain",
                        files.settings(),
                        TeacherModel.shapeOf(files.store(), config).orElse(null))) {
            Pretraining pretraining = new Pretraining(application, config, Progress.onStderr(), StopSource.SIGNALS);
            RunResult result = standby ? pretraining.standBy(from) : pretraining.run(resume, from);
            if (result == null) {
                new Summary("pretrain")
                        .put("standby", "the run ended, and this driver was not needed")
                        .print();
                return ExitStatus.DONE.code();
            }
            Summary.of("pretrain", result).print();
            return (result.stopped() ? ExitStatus.TERMINATED : ExitStatus.DONE).code();
        }
    }
}
