package org.weft.trainer.commands;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.engine.sampling.BeamOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The search for the likeliest text, from the command line. */
public final class BeamFlags {
    private static final String BEAMS = "--beams";
    private static final String LENGTH_PENALTY = "--length-penalty";
    private static final String EARLY_STOPPING = "--early-stopping";

    @Spec(Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = BEAMS,
            defaultValue = "1",
            paramLabel = "N",
            description = "Follow the N likeliest texts at once and take the best; 1 for token by token.")
    private int beams;

    @Option(
            names = LENGTH_PENALTY,
            defaultValue = "1.0",
            paramLabel = "P",
            description = "With --beams: a text's log-probability counts by its tokens to this power; default"
                    + " ${DEFAULT-VALUE}, above 0 for long texts, below for short ones.")
    private double lengthPenalty;

    @Option(
            names = EARLY_STOPPING,
            defaultValue = "false",
            paramLabel = "WHEN",
            description =
                    "With --beams, once N texts are whole: true ends at once, false when none seems to become better,"
                            + " never when none can; default ${DEFAULT-VALUE}.")
    private BeamOptions.Ending ending;

    /**
     * @param refused options of the command that a search does not honour
     * @throws WeftException where what was given means nothing beside the rest
     */
    BeamOptions options(List<String> refused) {
        ParseResult given = command.commandLine().getParseResult();
        if (beams < 1 || beams > BeamOptions.MOST) {
            throw WeftException.usage(
                    BEAMS + " " + beams + " must be from 1 to " + BeamOptions.MOST, "4 is usual; 1 is no search");
        }
        BeamOptions options = new BeamOptions(beams, lengthPenalty, ending);
        if (!options.searches()) {
            for (String name : List.of(LENGTH_PENALTY, EARLY_STOPPING)) {
                if (given.hasMatchedOption(name)) {
                    throw WeftException.usage(
                            name + " changes nothing without --beams", "give --beams 4, or leave it out");
                }
            }
            return options;
        }
        for (String name : refused) {
            if (given.hasMatchedOption(name)) {
                throw WeftException.usage(
                        name + " is not for --beams, which takes the likeliest text as a whole",
                        "leave one of them out");
            }
        }
        return options;
    }
}
