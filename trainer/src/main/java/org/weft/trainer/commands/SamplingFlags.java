package org.weft.trainer.commands;

import org.weft.core.tokens.GenerationDefaults;
import org.weft.engine.sampling.SamplingOptions;
import picocli.CommandLine.Option;

/** How the next token is chosen, from the command line. */
public final class SamplingFlags {
    @Option(
            names = "--temperature",
            description = "0 takes the likeliest token; default: generation_config.json's, else 0.8.")
    private Double temperature;

    @Option(
            names = "--top-k",
            description = "Sample among the K likeliest tokens; 0 for all. Default: generation_config.json's, else 0.")
    private Integer topK;

    @Option(
            names = "--top-p",
            description = "Sample within this mass of probability; default: generation_config.json's, else 1.")
    private Double topP;

    @Option(
            names = "--repetition-penalty",
            description = "Makes tokens that the text holds already less likely: 1 for none, 1.2 for much. Default:"
                    + " generation_config.json's, else 1.")
    private Double repetitionPenalty;

    @Option(
            names = "--seed",
            defaultValue = "42",
            description = "Same seed and place among the prompts, same text; default ${DEFAULT-VALUE}.")
    private long seed;

    /**
     * What was asked for, over what the model's own file says.
     *
     * @param model what its {@code generation_config.json} says
     */
    SamplingOptions options(GenerationDefaults model) {
        return new SamplingOptions(
                first(temperature, model.temperature(), 0.8),
                first(topK, model.topK(), 0),
                first(topP, model.topP(), 1.0),
                first(repetitionPenalty, model.repetitionPenalty(), SamplingOptions.NO_PENALTY),
                seed);
    }

    /** The first that is said. */
    static <T> T first(T flag, T model, T otherwise) {
        return flag != null ? flag : model != null ? model : otherwise;
    }
}
