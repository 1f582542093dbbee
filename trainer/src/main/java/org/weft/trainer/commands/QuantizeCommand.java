package org.weft.trainer.commands;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.WeftConfig;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.CalibrationJob;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.CalibratedRounding;
import org.weft.hub.ModelLocator;
import org.weft.hub.QuantizedExport;
import org.weft.hub.StoredModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quantize}: a model whose linear layers are whole numbers and scales. */
@Command(
        name = "quantize",
        description =
                "Round a model's linear layers to 8 or 4 bits: a Hugging Face directory in compressed-tensors' layout,"
                        + " which generate, serve, predict and evaluate take as it is.",
        mixinStandardHelpOptions = true)
public final class QuantizeCommand implements Callable<Integer> {
    private static final int GROUP_SIZE = 128;
    private static final int SAMPLES = 128;

    /** How numbers are rounded. */
    enum Method {
        NEAREST,
        GPTQ
    }

    @Mixin
    private ConfigOptions options;

    @Mixin
    private ConversionPaths paths;

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description = "int8: a scale for each output; int4: a scale for each group of an output's inputs.")
    private QuantizationType type;

    @Option(
            names = "--group-size",
            paramLabel = "N",
            description = "int4: inputs that share a scale; an even number that divides every width; default "
                    + GROUP_SIZE + ".")
    private Integer groupSize;

    @Option(
            names = "--activations",
            paramLabel = "TYPE",
            description =
                    "int8, with --type int8: what weights are multiplied with is rounded to 8 bits, too, row by row,"
                            + " while the model runs. Default: it stays float.")
    private QuantizationType activations;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            description = "What stays float is stored in, and scales: bf16, f16 or f32, rounded to the nearest; default"
                    + " ${DEFAULT-VALUE}.")
    private FloatFormat dtype;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "nearest",
            description =
                    "nearest: each number to the nearest; gptq: by what the layers are given over --corpus, on the"
                            + " executors; default ${DEFAULT-VALUE}.")
    private Method method;

    @Option(
            names = "--corpus",
            paramLabel = "DIR",
            description = "gptq: a corpus that prepare wrote with the model's tokenizer; of its training split.")
    private String corpus;

    @Option(
            names = "--calibration-samples",
            paramLabel = "N",
            description = "gptq: sequences of model.context tokens, evenly over the corpus; default " + SAMPLES + ".")
    private Integer samples;

    @Override
    public Integer call() throws Exception {
        requireHonoured();
        Progress progress = Progress.onStderr();
        try (FileAccess files = options.openFiles()) {
            Store store = files.store();
            StoredModel model = new ModelLocator(store, progress::say).at(paths.input());
            int groups = type == QuantizationType.INT8 ? 0 : groupSize == null ? GROUP_SIZE : groupSize;
            QuantizedExport.Options how = new QuantizedExport.Options(type, groups, activations != null, dtype);
            try (QuantizedExport export =
                    new QuantizedExport(store, model, how, template(store, model, progress), progress::say)) {
                print(
                        model,
                        method == Method.GPTQ
                                ? calibrated(export, model, files, progress)
                                : export.write(paths.output(), QuantizedExport.Rounding.NEAREST));
            }
            return ExitStatus.DONE.code();
        }
    }

    private void requireHonoured() {
        if (method == Method.GPTQ && corpus == null) {
            throw WeftException.usage("--method gptq needs --corpus DIR", "give a directory that weft prepare wrote");
        }
        if (method == Method.NEAREST && (corpus != null || samples != null)) {
            throw WeftException.usage(
                    (corpus != null ? "--corpus" : "--calibration-samples") + " has no effect with --method nearest",
                    "say --method gptq, or leave it out");
        }
        if (method == Method.NEAREST && options.given()) {
            throw WeftException.usage(
                    "--config and --set have no effect with --method nearest: it runs no job and reads all of the model",
                    "leave them out");
        }
        if (samples != null && samples < 1) {
            throw WeftException.usage("--calibration-samples " + samples + " must be at least 1", "128 is usual");
        }
        if (type == QuantizationType.INT8 && groupSize != null) {
            throw WeftException.usage(
                    "--group-size " + groupSize + " is of --type int4: int8 has a scale for each output",
                    "leave it out");
        }
        if (groupSize != null && (groupSize < 2 || groupSize % 2 != 0)) {
            throw WeftException.usage(
                    "--group-size " + groupSize + " must be an even number from 2 on", "128 is usual");
        }
        if (activations == QuantizationType.INT4 || activations != null && type != QuantizationType.INT8) {
            throw WeftException.usage(
                    "--activations " + activations.word() + " does not go with --type " + type.word()
                            + ": whole numbers are multiplied with whole numbers of 8 bits alone",
                    "say --type int8 --activations int8, or leave --activations out");
        }
    }

    private QuantizedExport.Written calibrated(
            QuantizedExport export, StoredModel model, FileAccess files, Progress progress) throws IOException {
        WeftConfig config = options.over(model.config());
        if (config.model().encodesSource()) {
            throw WeftException.usage(
                    "--method gptq reads texts one by one, and model.architecture="
                            + config.model().architecture() + " reads them in pairs",
                    "say --method nearest");
        }
        try (SparkApplication application =
                SparkApplication.start(config, "quantize", files.settings()).showingStages(progress::say)) {
            CalibrationJob job = new CalibrationJob(application, model, corpus, samples == null ? SAMPLES : samples);
            return export.write(paths.output(), new CalibratedRounding(export.blocks(), job::run, progress::say));
        }
    }

    private static String template(Store store, StoredModel model, Progress progress) throws IOException {
        Optional<Checkpoint> checkpoint = model.checkpoint();
        return checkpoint.isPresent() ? ExportCommand.template(store, checkpoint.get(), progress) : "";
    }

    private void print(StoredModel model, QuantizedExport.Written written) {
        new Summary("quantize")
                .put("model", model.directory())
                .put("directory", paths.output())
                .put("type", type.word())
                .put("method", method.name().toLowerCase(Locale.ROOT))
                .put("matrices", written.matrices())
                .put("quantised_parameters", written.numbers())
                .put("parameters", written.parameters())
                .put("bytes", written.bytes())
                .put("share_of_float32", String.format(Locale.ROOT, "%.4f", written.share()))
                .print();
    }
}
