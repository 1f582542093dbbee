package org.weft.trainer.commands;

import picocli.CommandLine.Option;

/** From a model to a directory of another one that is made of it. */
final class ConversionPaths {
    @Option(
            names = "--input",
            required = true,
            paramLabel = "PATH",
            description = "A checkpoint directory, a run directory for its newest, or a Hugging Face directory.")
    private String input;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The Hugging Face directory to write; must be empty or not there.")
    private String output;

    String input() {
        return input;
    }

    String output() {
        return output;
    }
}
