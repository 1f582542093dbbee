package org.weft.monitoring.runs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.weft.driver.lease.StandbySight;
import org.weft.driver.plan.Quantities;

/** Runs as a table for people, a line a run. */
public final class RunTable {
    /** What names a run and where it lies differs always. */
    private static final Set<String> OWN = Set.of("run.name", "run.dir");

    private static final int MOST_NAMED = 8;
    private static final int WORD_COLUMNS = 3;
    private static final String[] HEAD = {
        "run", "state", "model", "step", "loss", "best val", "tokens", "tokens/s", "MFU", "last sign"
    };

    private final String directory;
    private final List<RunFacts> runs;
    private final long nowMillis;

    /** What a table may be sorted by; what is not known comes last. */
    public enum Order {
        PATH(Comparator.comparing(RunFacts::path)),
        NAME(Comparator.comparing(RunFacts::name)),
        STATE(Comparator.comparing(RunFacts::state)),
        STEP(Comparator.comparingInt(RunFacts::step).reversed()),
        LOSS(Comparator.comparingDouble(RunFacts::loss)),
        VAL(Comparator.comparingDouble(RunFacts::bestLoss)),
        TOKENS(Comparator.comparingLong(RunFacts::tokens).reversed()),
        SPEED(Comparator.comparingDouble(
                run -> Double.isFinite(run.tokensPerSecond()) ? -run.tokensPerSecond() : Double.MAX_VALUE)),
        AGE(Comparator.comparingLong(RunFacts::lastSignMillis).reversed());

        private final Comparator<RunFacts> comparator;

        Order(Comparator<RunFacts> comparator) {
            this.comparator = comparator.thenComparing(RunFacts::path);
        }

        public Comparator<RunFacts> comparator() {
            return comparator;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param directory that all are under; their names in the table are relative to it
     * @param nowMillis since 1970
     */
    public RunTable(String directory, List<RunFacts> runs, long nowMillis) {
        this.directory = directory.replaceFirst("(?<=.)/+$", "");
        this.runs = runs;
        this.nowMillis = nowMillis;
    }

    /** @param diff whether what differs between the runs is listed, and not only named */
    public String render(boolean diff) {
        List<String[]> rows = new ArrayList<>();
        rows.add(HEAD);
        runs.forEach(run -> rows.add(row(run)));
        int[] widths = new int[HEAD.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String side = i < WORD_COLUMNS ? "-" : "";
                line.append(i == 0 ? "" : "  ").append(String.format("%" + side + widths[i] + "s", row[i]));
            }
            table.append(line.toString().stripTrailing()).append('\n');
        }
        return table + differing(diff);
    }

    private String[] row(RunFacts run) {
        String steps = run.steps() == 0 ? "" : "/" + run.steps();
        String parameters = run.parameters() == 0 ? "" : Quantities.count(run.parameters()) + " ";
        return new String[] {
            name(run),
            run.state().word() + (run.state() == RunState.RUNNING ? " on " + host(run) : "") + standbys(run),
            parameters + run.model(),
            run.step() + steps,
            number(run.loss()),
            Double.isFinite(run.bestLoss()) ? number(run.bestLoss()) + " @" + run.bestStep() : "-",
            run.tokens() == 0 ? "-" : Quantities.count(run.tokens()),
            Double.isFinite(run.tokensPerSecond()) ? Quantities.count(run.tokensPerSecond()) : "-",
            Double.isFinite(run.mfu()) ? String.format(Locale.ROOT, "%.0f%%", 100 * run.mfu()) : "-",
            run.lastSignMillis() == 0
                    ? "-"
                    : Quantities.seconds(Math.max(1, (nowMillis - run.lastSignMillis()) / 1000)) + " ago"
        };
    }

    private String name(RunFacts run) {
        int at = run.path().indexOf(directory + "/");
        return at < 0 ? run.name() : run.path().substring(at + directory.length() + 1);
    }

    private static String host(RunFacts run) {
        return run.driver().replaceFirst("^host ", "").replaceFirst(",.*", "");
    }

    private static String standbys(RunFacts run) {
        return run.standbys().isEmpty()
                ? ""
                : run.standbys().stream().map(StandbySight::host).collect(Collectors.joining(", ", ", standby ", ""));
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "-";
    }

    private String differing(boolean listed) {
        Map<String, Map<String, String>> differences = differences(runs);
        TreeSet<String> keys = new TreeSet<>();
        differences.values().forEach(one -> keys.addAll(one.keySet()));
        if (keys.isEmpty()) {
            return "";
        }
        if (!listed) {
            String named = keys.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
            String more = keys.size() > MOST_NAMED ? " and " + (keys.size() - MOST_NAMED) + " more" : "";
            return "\nThey differ in " + named + more + ": --diff shows how.\n";
        }
        StringBuilder text = new StringBuilder("\n");
        for (String key : keys) {
            text.append(key).append('\n');
            for (RunFacts run : runs) {
                String value = differences.get(run.path()).getOrDefault(key, "-");
                text.append("  ").append(name(run)).append(": ").append(value).append('\n');
            }
        }
        return text.toString();
    }

    /** By path, the keys of the configuration in which the runs differ, with each one's value. */
    public static Map<String, Map<String, String>> differences(List<RunFacts> runs) {
        List<RunFacts> known =
                runs.stream().filter(run -> !run.settings().isEmpty()).toList();
        TreeMap<String, Set<String>> values = new TreeMap<>();
        for (RunFacts run : known) {
            run.settings().forEach((key, value) -> values.computeIfAbsent(key, unknown -> new TreeSet<>())
                    .add(value));
        }
        Map<String, Map<String, String>> differences = new LinkedHashMap<>();
        for (RunFacts run : runs) {
            Map<String, String> own = new TreeMap<>();
            run.settings().forEach((key, value) -> {
                boolean everywhere =
                        known.stream().allMatch(other -> other.settings().containsKey(key));
                if (!OWN.contains(key) && (values.get(key).size() > 1 || !everywhere)) {
                    own.put(key, value);
                }
            });
            differences.put(run.path(), own);
        }
        return differences;
    }
}
