package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.monitoring.runs.RunFacts;
import org.weft.monitoring.runs.RunScan;
import org.weft.monitoring.runs.RunTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runs}: a table of the runs under a directory. */
@Command(
        name = "runs",
        description = "List the runs under a directory, to compare them: from their files alone.",
        mixinStandardHelpOptions = true)
public final class RunsCommand implements Callable<Integer> {
    @Mixin
    private FileOptions options;

    @Parameters(paramLabel = "DIR", description = "A directory with runs in it, up to three levels deep.")
    private String directory;

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            defaultValue = "path",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}. Best first, newest first.")
    private RunTable.Order order;

    @Option(names = "--diff", description = "Also list the keys of the configuration in which the runs differ.")
    private boolean diff;

    @Option(names = "--json", description = "An array of objects instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.open()) {
            long now = System.currentTimeMillis();
            RunScan scan = new RunScan(files.store(), now);
            List<RunFacts> runs = new ArrayList<>(scan.under(directory));
            scan.unreadable().forEach((path, why) -> System.err.println(path + " cannot be read: " + why));
            if (runs.isEmpty() && scan.unreadable().isEmpty()) {
                throw WeftException.invalidData(
                        "there is no run in " + directory,
                        "give a directory above directories with a config.yaml, metrics.jsonl or driver.lease");
            }
            runs.sort(order.comparator());
            System.out.print(json ? asJson(runs) + "\n" : new RunTable(directory, runs, now).render(diff));
            System.out.flush();
            return ExitStatus.DONE.code();
        }
    }

    private String asJson(List<RunFacts> runs) throws Exception {
        ArrayNode array = Json.INDENTED.createArrayNode();
        Map<String, Map<String, String>> differences = RunTable.differences(runs);
        for (RunFacts run : runs) {
            ObjectNode one = array.addObject().put("path", run.path()).put("name", run.name());
            one.put("model", run.model()).put("parameters", run.parameters());
            one.put("state", run.state().word()).put("driver", run.driver());
            ArrayNode standbys = one.putArray("standbys");
            run.standbys().forEach(standby -> standbys.add(standby.who()));
            one.put("step", run.step()).put("steps", run.steps());
            number(one, "loss", run.loss());
            number(one, "best_val_loss", run.bestLoss());
            one.put("best_step", run.bestStep()).put("tokens", run.tokens());
            number(one, "tokens_per_second", run.tokensPerSecond());
            number(one, "mfu", run.mfu());
            one.put("last_sign_millis", run.lastSignMillis());
            differences.get(run.path()).forEach(one.putObject("differs")::put);
        }
        return Json.INDENTED.writeValueAsString(array);
    }

    private static void number(ObjectNode object, String key, double value) {
        if (Double.isFinite(value)) {
            object.put(key, value);
        } else {
            object.putNull(key);
        }
    }
}
