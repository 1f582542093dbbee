package org.weft.monitoring.report;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.weft.coordinator.RunEvent;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.html.Html;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.plan.Quantities;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunRecord;
import org.weft.monitoring.RunFiles;
import org.weft.monitoring.ThinnedSeries;

/** A run as one HTML page that needs nothing else. Whatever comes from files is escaped. */
public final class ReportPage {
    /** Rows of tables, the newest. */
    private static final int MOST_ROWS = 200;

    private static final String STYLE = """
            body { max-width: 60rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
            .driver { fill: var(--c1); opacity: .6; } .saved { fill: var(--c3); } .fault { fill: var(--c2); }
            .cost { fill: var(--c2); opacity: .75; } .came { fill: var(--c5); }
            .timeline { overflow-x: auto; } .timeline svg { min-width: 40rem; }
            td.words, th.words { text-align: left; white-space: normal; overflow-wrap: anywhere; }
            td.kind { text-align: left; }
            td.hash { font-family: ui-monospace, monospace; font-size: .8rem; text-align: left; }
            details { margin: 1.5rem 0; } summary { font-size: 1.15rem; font-weight: 600; cursor: pointer; }
            .cut { max-height: 30rem; overflow: auto; }
            """;

    private final Html page;
    private final RunFiles files;
    private final RunHistory history;

    private ReportPage(RunFiles files, RunHistory history) {
        this.files = files;
        this.history = history;
        this.page = new Html(files.name() + ": how the run went", STYLE);
    }

    /** The page of a run, from its files alone. */
    public static String of(Store store, RunDirectory run) throws IOException {
        return new ReportPage(RunFiles.read(store, run), RunHistory.read(store, run)).render();
    }

    private String render() {
        page.append("<main>\n").text("h1", files.name());
        facts();
        tiles();
        new Curves(page, history).render();
        timeLine();
        faults();
        checkpoints();
        configuration();
        return page.append("</main>\n").render();
    }

    private void facts() {
        page.append("<dl class=\"facts\">\n");
        fact("directory", files.directory());
        fact("state", state());
        files.model().ifPresent(model -> fact("model", model));
        CheckpointManifest newest = files.newest();
        if (newest != null) {
            fact("parameters", String.format(Locale.ROOT, "%,d", newest.parameters()));
            fact("newest checkpoint", "step " + newest.step());
            fact("params_sha256", newest.paramsSha256());
            fact("seed", Long.toString(newest.seed()));
        }
        fact("page made", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        page.append("</dl>\n");
    }

    private String state() {
        String at = "step " + history.lastStep()
                + files.steps().map(steps -> " of " + steps).orElse("");
        List<RunHistory.Happened> events = history.events();
        if (events.isEmpty()) {
            return at;
        }
        EventRecord last = events.get(events.size() - 1).event();
        boolean over =
                Stream.of(RunEvent.ENDED, RunEvent.STOPPED, RunEvent.FAILED).anyMatch(last::is);
        return over ? at + ", " + last.kind() + (last.is(RunEvent.FAILED) ? ": " + last.text() : "") : at;
    }

    private void fact(String name, String value) {
        page.append("<div>").text("dt", name).text("dd", value).append("</div>\n");
    }

    private void tiles() {
        page.append("<div class=\"tiles\">\n");
        tile("loss", number(history.curve("train/loss").last()), "nats a target, last step");
        if (Double.isFinite(history.bestLoss())) {
            tile("best validation loss", number(history.bestLoss()), "at step " + history.bestStep());
        }
        double seconds = history.stepMillis() / 1000;
        if (seconds > 0) {
            tile("tokens a second", Quantities.count(history.tokens() / seconds), "mean over all steps");
        }
        ThinnedSeries mfu = history.curve("speed/mfu");
        if (mfu.points() > 0) {
            tile("MFU", String.format(Locale.ROOT, "%.1f%%", 100 * mfu.mean()), "of the workers' matrix-product peak");
        }
        tile(
                "target tokens",
                Quantities.count(history.tokens()),
                String.format(Locale.ROOT, "%,d steps", history.steps()));
        if (seconds > 0) {
            double waits = history.curve("speed/wait_millis").mean() * history.steps() / 1000;
            String share = String.format(Locale.ROOT, "%.0f%% of it waits", 100 * Math.min(1, waits / seconds));
            tile("time of steps", Quantities.seconds(seconds), share);
        }
        tile("faults", Long.toString(faultCount()), history.skipped() + " steps skipped");
        page.append("</div>\n");
    }

    private void tile(String name, String value, String note) {
        page.append("<div class=\"tile\">").text("span", name).text("b", value);
        page.text("span", note).append("</div>\n");
    }

    private long faultCount() {
        return history.kinds().entrySet().stream()
                .filter(kind -> RunEvent.of(kind.getKey()) != null
                        && RunEvent.of(kind.getKey()).isFault())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void timeLine() {
        String drawn = new TimeLine(history).render();
        if (!drawn.isEmpty()) {
            page.append("<h2>Time line</h2>\n<div class=\"timeline\" tabindex=\"0\">")
                    .append(drawn)
                    .append("</div>\n");
            page.append(
                    "<p class=\"quiet\">Point at a mark to read what it is. A recovery is as wide as what it cost: after the"
                            + " loss of a member the time by which the next new step came late, after that of a driver the time from"
                            + " the last step that counts until the run went on.</p>\n");
        }
        if (history.untold() > 0) {
            page.format(
                    "<p class=\"quiet\">%,d events and checkpoints in the middle are left out.</p>", history.untold());
        }
    }

    private void faults() {
        List<RunHistory.Happened> told = new ArrayList<>(history.events().stream()
                .filter(happened -> !happened.event().is(RunEvent.JOINED))
                .toList());
        if (told.isEmpty()) {
            return;
        }
        page.append("<h2>What happened</h2>\n");
        head("when, UTC", "step", "words:what", "words:of it", "cost");
        for (RunHistory.Happened happened : newest(told)) {
            EventRecord event = happened.event();
            page.append("<tr>").text("td", time(event)).text("td", Integer.toString(event.step()));
            page.text("td class=\"kind\"", event.kind()).text("td class=\"words\"", event.text());
            page.text("td", cost(happened)).append("</tr>\n");
        }
        foot(told.size());
    }

    private static String cost(RunHistory.Happened happened) {
        if (!Double.isFinite(happened.costMillis())) {
            return "";
        }
        String again = happened.again() > 0 ? ", " + happened.again() + " steps again" : "";
        return Quantities.seconds(happened.costMillis() / 1000) + again;
    }

    private void checkpoints() {
        List<CheckpointRecord> all = history.checkpoints();
        if (all.isEmpty()) {
            return;
        }
        page.append("<h2>Checkpoints</h2>\n");
        page.format(
                "<p class=\"quiet\">%,d were committed; training stood still for %s in all.</p>",
                history.committed(), Quantities.seconds(history.stallMillis() / 1000));
        head("when, UTC", "step", "stood still", "written in", "bytes", "words:params_sha256, of those that are there");
        for (CheckpointRecord checkpoint : newest(all)) {
            CheckpointManifest manifest = files.checkpoints().get(checkpoint.step());
            long bytes = manifest == null
                    ? 0
                    : manifest.shards().stream()
                            .mapToLong(CheckpointManifest.Shard::bytes)
                            .sum();
            page.append("<tr>").text("td", time(checkpoint)).text("td", Integer.toString(checkpoint.step()));
            page.text("td", Quantities.seconds(checkpoint.stallMillis() / 1000));
            page.text("td", Quantities.seconds(checkpoint.writeMillis() / 1000));
            page.text("td", manifest == null ? "" : Quantities.bytes(bytes));
            page.text("td class=\"hash\"", manifest == null ? "" : manifest.paramsSha256())
                    .append("</tr>\n");
        }
        foot(history.committed());
    }

    private void configuration() {
        if (files.settings().isEmpty()) {
            return;
        }
        page.append("<details><summary>Configuration</summary>\n");
        head("words:key", "words:value");
        files.settings().forEach((key, value) -> {
            page.append("<tr>").text("td class=\"words\"", key);
            page.text("td class=\"words\"", value).append("</tr>\n");
        });
        foot(0);
        page.append("</details>\n");
    }

    private static <T> List<T> newest(List<T> all) {
        return all.subList(Math.max(0, all.size() - MOST_ROWS), all.size());
    }

    /** @param columns their names; "words:" before one that holds words */
    private void head(String... columns) {
        page.append("<div class=\"scroll cut\" tabindex=\"0\"><table>\n<thead><tr>");
        for (String column : columns) {
            boolean words = column.startsWith("words:");
            page.text("th scope=\"col\"" + (words ? " class=\"words\"" : ""), column.replaceFirst("^words:", ""));
        }
        page.append("</tr></thead>\n<tbody>\n");
    }

    private void foot(long rows) {
        page.append("</tbody></table></div>\n");
        if (rows > MOST_ROWS) {
            page.format("<p class=\"quiet\">The last %d of %,d.</p>", MOST_ROWS, rows);
        }
    }

    private static String time(RunRecord record) {
        return record.timeMillis() == RunRecord.NO_TIME
                ? "\u2013"
                : Instant.ofEpochMilli(record.timeMillis())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString()
                        .replace('T', ' ')
                        .replace("Z", "");
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "\u2013";
    }
}
