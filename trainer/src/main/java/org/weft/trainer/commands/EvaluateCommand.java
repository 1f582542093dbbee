package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.LanguageScores;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.EvaluationJob;
import org.weft.driver.run.TextEvaluationJob;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.sampling.BeamOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.suite.SuiteFile;
import org.weft.tuning.suite.SuiteTask;
import org.weft.tuning.task.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: loss, perplexity and bits per byte over the whole validation split, or over given text. */
@Command(
        name = "evaluate",
        description = "Loss, perplexity and bits per byte of a checkpoint on the validation split or on given text.",
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Mixin
    private CheckpointOption path;

    @Mixin
    private BeamFlags beams;

    @Mixin
    private RequireOption require;

    @Mixin
    private ExplainOption explain;

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "PATH",
            description =
                    "Text or JSONL to evaluate on instead, read as prepare reads it: files, folders or globs. For a "
                            + "fine-tuned model, or with --choices, labelled rows, read as finetune reads them.")
    private List<String> input = new ArrayList<>();

    @Option(
            names = "--choices",
            description =
                    "The rows are questions with several answers, of which a language model takes the likeliest: "
                            + "columns dataset.prompt_column, dataset.choices_column, and dataset.label_column for the right one.")
    private boolean choices;

    @Option(
            names = "--suite",
            paramLabel = "FILE",
            description = "YAML of multiple-choice and likelihood tasks in lm-evaluation-harness's words, here or by a"
                    + " URI: the model is asked each task's documents; see docs/evaluation.md.")
    private String suite;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Labelled rows: where results.json and report.html go (default: evaluation, of "
                    + "choices multiple-choice, in the run's directory). Of a suite: where results.json and each task's"
                    + " samples go (default: suite in the run's directory; of a Hugging Face directory nowhere).")
    private String output;

    @Option(
            names = "--batch-size",
            defaultValue = "32",
            description = "A fine-tuned model: rows that are computed together (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Override
    public Integer call() throws Exception {
        requireOptions();
        BeamOptions search = beams.options(List.of("--choices"));
        try (FileAccess files = options.openFiles()) {
            List<SuiteTask> tasks =
                    suite == null ? List.of() : SuiteFile.read(suite, ConfigOptions.text("--suite", suite));
            StoredModel model = suite == null && input.isEmpty() || choices
                    ? StoredModel.of(files.store(), path.resolve(files.store()))
                    : path.model(files.store());
            WeftConfig config = options.over(model.config());
            require.of(config);
            explain.requireModel(model, config);
            if (output == null
                    && suite == null
                    && judged(config)
                    && model.checkpoint().isEmpty()) {
                throw WeftException.usage(
                        model.directory() + " is no run, which results could be put into",
                        "give --output DIR for results.json and report.html");
            }
            if (output != null && suite == null && !choices && !judged(config)) {
                throw WeftException.usage(
                        "--output " + output + " would stay empty: a language model's numbers are printed",
                        "leave it out; results.json and report.html are of labelled rows: a fine-tuned model, or --choices");
            }
            if (search.searches() && !(suite == null && config.finetune().task() == TaskName.INSTRUCTION)) {
                throw WeftException.usage(
                        "--beams: " + model.directory() + " generates nothing here that could be judged",
                        "it is for models that were tuned on instructions");
            }
            try (SparkApplication application = SparkApplication.start(config, "evaluate", files.settings())
                    .showingStages(Progress.onStderr()::say)) {
                if (tasks.isEmpty() && !choices && judged(config)) {
                    TaskReport.Written written = new TaskReport(application, config, model, batch)
                            .explaining(explain.how())
                            .write(input, target(model), search);
                    written.summary("evaluate").print();
                    require.check(config, written);
                } else if (tasks.isEmpty()) {
                    summaryOf(application, config, model).print();
                } else {
                    new SuiteResults(application, model, output).of(tasks).print();
                }
            }
            return ExitStatus.DONE.code();
        }
    }

    private void requireOptions() {
        if (choices && input.isEmpty()) {
            throw WeftException.usage("--choices without --input", "give the rows: JSONL, CSV or Parquet");
        }
        if (suite != null && (choices || !input.isEmpty())) {
            throw WeftException.usage(
                    "--suite beside " + (choices ? "--choices" : "--input"), "a suite names its own documents");
        }
        if (batch < 1) {
            throw WeftException.usage("--batch-size " + batch + " must be at least 1", "");
        }
        if (suite != null || choices) {
            require.refuseBeside(suite != null ? "--suite" : "--choices");
            explain.refuseBeside(suite != null ? "--suite" : "--choices");
        }
        explain.require();
    }

    /** Whether its answers are judged against labelled rows. */
    private static boolean judged(WeftConfig config) {
        return Task.in(config).filter(Task::judged).isPresent();
    }

    /** Where results of labelled rows go. */
    private String target(StoredModel model) {
        if (output != null) {
            return output;
        }
        RunDirectory run = model.checkpoint().orElseThrow().run();
        return choices ? run.multipleChoice() : run.evaluation();
    }

    private Summary summaryOf(SparkApplication application, WeftConfig config, StoredModel model) throws IOException {
        if (choices) {
            TaskReport report = new TaskReport(application, config, model, batch);
            return report.writeChoices(input, target(model)).summary("evaluate");
        }
        return input.isEmpty()
                ? summary(application, config, model.checkpoint().orElseThrow())
                : ofText(application, config.corpus().reading(input), model);
    }

    private static Summary ofText(SparkApplication application, CorpusConfig corpus, StoredModel model)
            throws IOException {
        TextEvaluationJob.Result result = new TextEvaluationJob(application, corpus).run(model);
        Summary summary = new Summary("evaluate").put("checkpoint", model.directory());
        model.checkpoint()
                .ifPresent(
                        checkpoint -> summary.put("step", checkpoint.manifest().step()));
        summary.number("loss", result.scores().loss())
                .number("perplexity", result.scores().perplexity())
                .number("bits_per_byte", result.scores().bitsPerByte())
                .put("tokens", result.scores().tokens())
                .put("documents", result.documents())
                .put("bytes", result.bytes());
        if (!model.paramsSha256().isEmpty()) {
            summary.put("params_sha256", model.paramsSha256());
        }
        return summary;
    }

    static Summary summary(SparkApplication application, WeftConfig config, Checkpoint checkpoint) throws IOException {
        EvaluationJob.Result result = new EvaluationJob(application, config).run(checkpoint);
        LanguageScores all = result.scores();
        Summary summary = new Summary("evaluate")
                .put("checkpoint", checkpoint.directory())
                .put("step", checkpoint.manifest().step())
                .number("val_loss", all.loss())
                .number("perplexity", all.perplexity())
                .number("bits_per_byte", all.bitsPerByte())
                .put("tokens", all.tokens());
        result.bySource().forEach((source, scores) -> summary.number("val_loss_" + source, scores.loss())
                .number("bits_per_byte_" + source, scores.bitsPerByte()));
        return summary.put("params_sha256", checkpoint.manifest().paramsSha256());
    }
}
