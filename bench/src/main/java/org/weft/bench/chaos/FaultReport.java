package org.weft.bench.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * One line of the table.
 *
 * @param run its number
 * @param target whom the fault hit, or why it was not done
 * @param figures what it cost, or null where it was not done
 * @param result how the run went on
 */
public record FaultReport(int run, FaultKind kind, String target, FaultFigures figures, String result) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROW = "%3s  %-14s %-46s %5s %9s %7s %8s %8s %6s  %s";

    public static String header() {
        return String.format(
                ROW, "run", "fault", "target", "step", "notice s", "next s", "lost s", "replayed", "lanes", "result");
    }

    /** The row of the table. */
    public String row() {
        return figures == null
                ? String.format(ROW, run, kind, target, "-", "-", "-", "-", "-", "-", result)
                : String.format(
                        ROW,
                        run,
                        kind,
                        target,
                        figures.atStep(),
                        seconds(figures.noticeMillis()),
                        seconds(figures.nextMillis()),
                        seconds(figures.lostMillis()),
                        figures.replayed(),
                        figures.lanes(),
                        result);
    }

    private static String seconds(long millis) {
        return millis < 0 ? "-" : String.format(Locale.ROOT, "%.1f", millis / 1000.0);
    }

    /** The object of {@code results.jsonl}. */
    public String json() {
        ObjectNode object = JSON.createObjectNode();
        object.put("run", run).put("fault", kind.name()).put("target", target).put("result", result);
        if (figures != null) {
            object.put("at_step", figures.atStep())
                    .put("notice_millis", figures.noticeMillis())
                    .put("notice", figures.notice())
                    .put("next_millis", figures.nextMillis())
                    .put("lost_millis", figures.lostMillis())
                    .put("replayed", figures.replayed())
                    .put("lanes_again", figures.lanes());
        }
        return object.toString();
    }
}
