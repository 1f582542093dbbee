package org.weft.trainer.commands;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.report.Requirement;
import picocli.CommandLine.Option;

/** {@code --require}: what a model must come to on labelled rows for a command to end well. */
public final class RequireOption {
    private static final String NAME = "--require";

    @Option(
            names = NAME,
            paramLabel = "NAME=VALUE",
            description =
                    "A gap between groups or classes, an error or a loss that may be VALUE at most, or another metric that"
                            + " must be VALUE at least, such as max_gap=0.05 or accuracy=0.8: otherwise the results are written, and"
                            + " the exit status is 3. May be given several times; classification and multilabel.")
    private List<String> given = new ArrayList<>();

    boolean isGiven() {
        return !given.isEmpty();
    }

    /**
     * What was required.
     *
     * @throws WeftException where the evaluation of a configuration's task does not find it out
     */
    List<Requirement> of(WeftConfig config) {
        List<Requirement> required = given.stream()
                .map(text -> Requirement.parse(NAME, text, config.finetune().task()))
                .toList();
        if (config.dataset().groupColumn().isEmpty()) {
            required.stream().filter(Requirement::ofGroups).findFirst().ifPresent(gap -> {
                throw WeftException.usage(
                        NAME + " " + gap.name() + " compares groups, and dataset.group_column is not set",
                        "name the column that says which group a row is of");
            });
        }
        return required;
    }

    /** Fails where it stands beside what judges nothing. */
    void refuseBeside(String what) {
        if (isGiven()) {
            throw WeftException.usage(
                    NAME + " " + given.get(0) + " beside " + what + ": there are no results that it could be said of",
                    "leave one of them out");
        }
    }

    /** Fails where a report misses what was required. */
    void check(WeftConfig config, TaskReport.Written written) {
        Requirement.check(NAME, of(config), written.report(), written.directory());
    }
}
