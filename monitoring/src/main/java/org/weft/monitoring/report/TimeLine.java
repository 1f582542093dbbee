package org.weft.monitoring.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.weft.coordinator.RunEvent;
import org.weft.core.html.Html;
import org.weft.core.html.Svg;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunRecord;

/**
 * A run's wall-clock time from left to right: a bar for each process that drove it, a mark for each checkpoint, each fault
 * with what it cost, and each member that came.
 */
final class TimeLine {
    private static final int WIDTH = 900;
    private static final int LEFT = 96;
    private static final int RIGHT = 24;
    private static final int ROW = 34;
    private static final int BAR = 14;
    private static final int TICKS = 6;
    private static final int HEIGHT = 5 * ROW + 20;
    private static final int FEWEST_DAYS_WITH_DATES = 1;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("MM-dd HH:mm", Locale.ROOT);

    private final RunHistory history;
    private final Svg svg = new Svg(WIDTH, HEIGHT, "What happened, by wall-clock time");

    TimeLine(RunHistory history) {
        this.history = history;
    }

    /** Empty where records have no time, as those of earlier versions. */
    String render() {
        if (history.firstMillis() == 0 || history.lastMillis() <= history.firstMillis()) {
            return "";
        }
        ticks();
        name(0, "driver");
        name(1, "checkpoints");
        name(2, "faults");
        name(3, "recoveries");
        drivers();
        for (CheckpointRecord checkpoint : history.checkpoints()) {
            if (checkpoint.timeMillis() != RunRecord.NO_TIME) {
                mark("saved", 1, checkpoint.timeMillis(), "checkpoint of step " + checkpoint.step());
            }
        }
        for (RunHistory.Happened happened : history.events()) {
            event(happened);
        }
        return svg.render();
    }

    private void event(RunHistory.Happened happened) {
        EventRecord event = happened.event();
        if (event.timeMillis() == RunRecord.NO_TIME) {
            return;
        }
        String title = event.kind() + " at step " + event.step() + ": " + event.text();
        if (Double.isFinite(happened.costMillis())) {
            double from = x(event.timeMillis() - (long) happened.costMillis());
            double to = x(event.timeMillis());
            bar("cost", 3, from, Math.max(2, to - from), title);
        } else if (event.isFault()) {
            mark("fault", 2, event.timeMillis(), title);
        } else if (event.is(RunEvent.JOINED) || event.is(RunEvent.GENERATION)) {
            mark("came", 3, event.timeMillis(), title);
        }
    }

    /** From each start to its end, or to the last record before the next start. */
    private void drivers() {
        long start = history.firstMillis();
        long last = start;
        String title = "driver";
        for (RunHistory.Happened happened : history.events()) {
            EventRecord event = happened.event();
            if (event.timeMillis() == RunRecord.NO_TIME) {
                continue;
            }
            if (event.is(RunEvent.STARTED) || event.is(RunEvent.RESUMED)) {
                long before = Double.isFinite(happened.costMillis())
                        ? event.timeMillis() - (long) happened.costMillis()
                        : last;
                driver(start, Math.max(last, before), title);
                start = event.timeMillis();
                title = event.text();
            }
            last = event.timeMillis();
        }
        driver(start, history.lastMillis(), title);
    }

    private void driver(long from, long to, String title) {
        if (to > from) {
            bar("driver", 0, x(from), x(to) - x(from), title);
        }
    }

    private void ticks() {
        long from = history.firstMillis();
        long span = history.lastMillis() - from;
        boolean dates = Duration.ofMillis(span).toDays() >= FEWEST_DAYS_WITH_DATES;
        for (int i = 0; i <= TICKS; i++) {
            long at = from + span * i / TICKS;
            svg.line("grid", x(at), 4, x(at), 4 * ROW);
            String words = (dates ? DATE : TIME).format(Instant.ofEpochMilli(at).atOffset(ZoneOffset.UTC));
            svg.text(x(at), 4 * ROW + 18, i == 0 ? "start" : i == TICKS ? "end" : "middle", words);
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, 4 * ROW + 40, "middle", "UTC");
    }

    private void name(int row, String words) {
        svg.text(LEFT - 10, row * ROW + BAR + 9, "end", words);
    }

    private void bar(String kind, int row, double x, double width, String title) {
        svg.format(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"><title>%s</title></rect>",
                kind, x, row * ROW + 10, width, BAR, Html.escaped(title));
    }

    private void mark(String kind, int row, long at, String title) {
        svg.circle(kind, x(at), row * ROW + 10 + BAR / 2.0, 4, title);
    }

    private double x(long millis) {
        double share = (double) (millis - history.firstMillis()) / (history.lastMillis() - history.firstMillis());
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.max(0, Math.min(1, share));
    }
}
