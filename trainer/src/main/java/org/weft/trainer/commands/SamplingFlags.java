package org.weft.trainer.commands;

import org.weft.engine.sampling.SamplingOptions;
import picocli.CommandLine.Option;

/** How the next token is chosen, from the command line. */
public final class SamplingFlags {
    @Option(
            names = "--temperature",
            defaultValue = "0.8",
            description = "0 takes the likeliest token; default ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(names = "--top-k", defaultValue = "0", description = "Sample among the K likeliest tokens; 0 for all.")
    private int topK;

    @Option(names = "--top-p", defaultValue = "1.0", description = "Sample within this mass of probability.")
    private double topP;

    @Option(
            names = "--repetition-penalty",
            defaultValue = "1.0",
            description = "Makes tokens that the text holds already less likely: 1 for none, 1.2 for much.")
    private double repetitionPenalty;

    @Option(
            names = "--seed",
            defaultValue = "42",
            description = "Same seed and place among the prompts, same text; default ${DEFAULT-VALUE}.")
    private long seed;

    SamplingOptions options() {
        return new SamplingOptions(temperature, topK, topP, repetitionPenalty, seed);
    }
}
