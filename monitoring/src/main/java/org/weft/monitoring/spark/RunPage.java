package org.weft.monitoring.spark;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.core.html.Html;
import org.weft.core.html.LineFigure;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;

/** The page of the runs of an application, as the body of a page of Spark's. Loads nothing, runs no script. Pure. */
final class RunPage {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String STYLE = """
            <style>
            .weft { --c1: #1f6feb; --c2: #c2410c; --c3: #15803d; --c4: #7c3aed; --c5: #0e7490; --c6: #be185d; }
            .weft h4 { margin-top: 1.4rem; } .weft .quiet { opacity: .7; }
            .weft .facts span { margin-right: 1.4rem; white-space: nowrap; }
            .weft .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .7rem; }
            .weft .tile { border: 1px solid rgba(128, 128, 128, .35); border-radius: .4rem; padding: .5rem .8rem; }
            .weft .tile b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
            .weft .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(30rem, 1fr)); gap: 0 1.2rem; }
            .weft figure { margin: .6rem 0 0; max-width: 34rem; } .weft figcaption { font-weight: 600; }
            .weft figure > svg { width: 100%; height: auto; display: block; }
            .weft svg text { fill: currentColor; opacity: .75; font-size: 13px; }
            .weft .grid { display: inline; stroke: rgba(128, 128, 128, .3); }
            .weft .curve { fill: none; stroke-width: 2; }
            .weft .s1 { stroke: var(--c1); } .weft .s2 { stroke: var(--c2); stroke-dasharray: 8 3; }
            .weft .s3 { stroke: var(--c3); } .weft .s4 { stroke: var(--c4); }
            .weft .key span { margin-right: 1.2rem; } .weft .key svg { width: 2rem; height: .6rem; margin-right: .4rem; }
            .weft .wide { overflow-x: auto; } .weft td, .weft th { font-variant-numeric: tabular-nums; }
            </style>
            """;

    private final StringBuilder page = new StringBuilder();

    private RunPage() {}

    /**
     * The page of one run, with links to the others.
     *
     * @param chosen number of the run to show, as the address has it: the last one where it is none
     */
    static String render(List<RunHistory> runs, String chosen) {
        RunPage body = new RunPage();
        body.page.append(STYLE).append("<div class=\"weft\">\n");
        if (runs.isEmpty()) {
            body.text("p", "No run has begun in this application.");
        } else {
            RunHistory shown = chosen(runs, chosen);
            body.links(runs, shown);
            body.run(shown);
        }
        return body.page.append("</div>\n").toString();
    }

    private static RunHistory chosen(List<RunHistory> runs, String chosen) {
        return runs.stream()
                .filter(history -> String.valueOf(history.number()).equals(chosen))
                .findFirst()
                .orElse(runs.get(runs.size() - 1));
    }

    private void links(List<RunHistory> runs, RunHistory shown) {
        if (runs.size() == 1) {
            return;
        }
        page.append("<p class=\"facts\">");
        for (RunHistory each : runs) {
            String label = Html.escaped(each.number() + ". " + each.run().name());
            String link = "<a href=\"?run=" + each.number() + "\">" + label + "</a>";
            page.append("<span>")
                    .append(each == shown ? "<b>" + label + "</b>" : link)
                    .append("</span>\n");
        }
        page.append("</p>\n");
    }

    private void run(RunHistory history) {
        RunDescription run = history.run();
        text("h4", run.name() + ": " + run.subject());
        String state = history.outcome().isEmpty() ? "running" : history.outcome();
        String from = run.resumed() ? "resumed at step " + run.startStep() : "started";
        facts(
                state,
                from + " " + time(run.timeMillis()) + " UTC",
                "run.dir " + run.directory(),
                "generation " + history.generation());
        StepRecord newest = history.newest(); // One for the whole page, whatever the run does meanwhile.
        tiles(history, newest);
        page.append(RunCurves.render(history));
        MemberTables.render(page, history.members(), newest);
        newestStep(newest);
        checkpoints(history.checkpoints());
        events(history.events());
        settings(run);
    }

    private void facts(String... facts) {
        page.append("<p class=\"facts\">");
        for (String fact : facts) {
            text("span", fact);
        }
        page.append("</p>\n");
    }

    private void tiles(RunHistory history, StepRecord step) {
        EvaluationRecord newest = history.newestEvaluation();
        RunHistory.Faults faults = history.faults();
        page.append("<div class=\"tiles\">\n");
        tile(
                (step == null ? history.run().startStep() : step.step()) + " / "
                        + history.run().steps(),
                "steps");
        if (step != null) {
            tile(shown("%.4f", step.loss()), "loss");
            shown(step.figures()).forEach((name, value) -> tile(shown("%.4f", value), told(name)));
            if (step.figures().size() > LineFigure.MOST_LINES) {
                tile(LineFigure.MOST_LINES + " of " + step.figures().size(), "figures shown; metrics.jsonl has all");
            }
        }
        if (newest != null) {
            newest.scores()
                    .forEach((metric, value) ->
                            tile(shown("%.4f", value), "val " + metric.replace('_', ' ') + ", step " + newest.step()));
        }
        if (step != null) {
            tile(String.format(Locale.ROOT, "%,d", step.tokensPerSecond()), "tokens/s");
            tile(shown("%.1f %%", 100 * step.mfu()), "MFU");
            tile(shown("%.1f", step.stepMillis()), "ms a step, longest wait " + step.waitMillis());
        }
        long present = history.members().stream()
                .filter(RunHistory.MemberLine::present)
                .count();
        tile(present + " of " + history.members().size(), "members here");
        tile(
                String.valueOf(faults.count()),
                String.format(
                        Locale.ROOT,
                        "faults; losses cost %.1f s, %d steps done again",
                        faults.costMillis() / 1000.0,
                        faults.replayedSteps()));
        page.append("</div>\n");
    }

    /** A source's loss by the source's name as it is. */
    private static String told(String figure) {
        return figure.startsWith("loss_") ? figure.replaceFirst("_", " ") : figure.replace('_', ' ');
    }

    /** As many figures as the curves show; there may be hundreds of sources. */
    private static Map<String, Double> shown(Map<String, Double> figures) {
        Map<String, Double> shown = new LinkedHashMap<>();
        figures.entrySet().stream()
                .limit(LineFigure.MOST_LINES)
                .forEach(figure -> shown.put(figure.getKey(), figure.getValue()));
        return shown;
    }

    private void tile(String value, String name) {
        page.append("<div class=\"tile\">");
        text("b", value);
        text("span class=\"quiet\"", name);
        page.append("</div>\n");
    }

    /** The numbers as {@code metrics.jsonl} has them, digit by digit. */
    private void newestStep(StepRecord step) {
        if (step == null) {
            return;
        }
        text("h4", "Newest step, as metrics.jsonl has it");
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("step", step.step());
        cells.put("loss", step.loss());
        shown(step.figures()).forEach(cells::put);
        cells.put("learning_rate", step.learningRate());
        cells.put("grad_norm", step.gradNorm());
        cells.put("tokens", step.tokens());
        cells.put("tokens_per_second", step.tokensPerSecond());
        cells.put("mfu", step.mfu());
        cells.put("step_millis", step.stepMillis());
        cells.put("wait_millis", step.waitMillis());
        cells.put("push_bytes", step.pushBytes());
        cells.put("pull_bytes", step.pullBytes());
        table(cells.keySet().toArray(String[]::new));
        row(cells.values().toArray());
        endTable();
    }

    private void checkpoints(List<CheckpointRecord> checkpoints) {
        text("h4", "Checkpoints");
        if (checkpoints.isEmpty()) {
            text("p", "None yet.");
            return;
        }
        table("step", "committed (UTC)", "training stood still, ms", "until the manifest, ms");
        Collections.reverse(checkpoints);
        checkpoints.forEach(checkpoint -> row(
                checkpoint.step(), time(checkpoint.timeMillis()), checkpoint.stallMillis(), checkpoint.writeMillis()));
        endTable();
    }

    private void events(List<EventRecord> events) {
        text("h4", "What happened");
        table("time (UTC)", "step", "generation", "event", "what", "cost, ms", "steps done again");
        Collections.reverse(events);
        for (EventRecord event : events) {
            row(
                    time(event.timeMillis()),
                    event.step(),
                    event.generation(),
                    event.kind().replace('_', ' '),
                    event.text(),
                    event.cost() == null ? "" : event.cost().millis(),
                    event.cost() == null ? "" : event.cost().replayedSteps());
        }
        endTable();
    }

    private void settings(RunDescription run) {
        page.append("<details><summary>Configuration</summary>\n");
        table("key", "value");
        run.settings().forEach((key, value) -> row(key, value));
        endTable();
        page.append("</details>\n");
    }

    private void table(String... columns) {
        startTable(page, columns);
    }

    private void row(Object... cells) {
        addRow(page, cells);
    }

    private void endTable() {
        page.append("</tbody></table></div>\n");
    }

    static void startTable(StringBuilder page, String... columns) {
        page.append("<div class=\"wide\"><table class=\"table table-bordered table-sm table-striped\"><thead><tr>");
        for (String column : columns) {
            page.append("<th>").append(Html.escaped(column)).append("</th>");
        }
        page.append("</tr></thead><tbody>\n");
    }

    static void addRow(StringBuilder page, Object... cells) {
        page.append("<tr>");
        for (Object cell : cells) {
            boolean none = cell instanceof Double number && !Double.isFinite(number);
            page.append("<td>")
                    .append(none ? "" : Html.escaped(String.valueOf(cell)))
                    .append("</td>");
        }
        page.append("</tr>\n");
    }

    private static String time(long millis) {
        return millis == RunRecord.NO_TIME ? "" : TIME.format(Instant.ofEpochMilli(millis));
    }

    private static String shown(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "n/a";
    }

    private void text(String element, String text) {
        page.append('<').append(element).append('>').append(Html.escaped(text));
        page.append("</").append(element.split(" ", 2)[0]).append(">\n");
    }
}
