package org.weft.monitoring.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weft.core.html.Html;
import org.weft.core.html.LineFigure;
import org.weft.core.html.LineFigure.Line;
import org.weft.monitoring.ThinnedSeries;

/** The report's plots by step. */
final class Curves {
    private static final Set<String> OF_EVERY_STEP =
            Set.of("train/loss", "train/learning_rate", "train/grad_norm", "train/tokens");

    private final Html page;
    private final RunHistory history;
    private long share = 1;

    Curves(Html page, RunHistory history) {
        this.page = page;
        this.history = history;
    }

    void render() {
        if (history.steps() == 0) {
            page.append("<p>No step is done yet.</p>\n");
            return;
        }
        page.append("<h2>Training</h2>\n<div class=\"plots\">\n");
        plot("Loss, nats a target", line("train/loss", "loss"), line("val/loss", "val_loss"));
        bySource();
        figures();
        plot("Learning rate", line("train/learning_rate", "learning_rate"));
        plot("Gradient norm before clipping", line("train/grad_norm", "grad_norm"), most("train/grad_norm"));
        scores();
        page.append("</div>\n<h2>Speed</h2>\n<div class=\"plots\">\n");
        plot("Target tokens a second", line("speed/tokens_per_second", "tokens_per_second"));
        plot("Model FLOPs utilisation", line("speed/mfu", "mfu"));
        plot(
                "A step, ms",
                line("speed/step_millis", "step_millis"),
                line("speed/wait_millis", "wait_millis, longest of a worker"));
        plot("Workers that had a part", line("cluster/workers", "workers"));
        plot("Resident memory of the largest worker, MiB", line("cluster/peak_resident_mib", "peak_resident_mib"));
        plot("Bytes of a step", line("traffic/push_bytes", "push_bytes"), line("traffic/pull_bytes", "pull_bytes"));
        page.append("</div>\n");
        if (share > 1) {
            page.format("<p class=\"quiet\">Of long curves each point is the mean of up to %,d neighbours.</p>", share);
        }
    }

    /** What evaluations found beside the loss. */
    private void scores() {
        Line[] lines = history.names("val/").stream()
                .filter(name -> !name.equals("val/loss"))
                .limit(LineFigure.MOST_LINES)
                .map(name -> line(name, name.replace("val/", "val_")))
                .toArray(Line[]::new);
        plot("Validation", lines);
    }

    /** Of a step that has nothing of a source there is no point. */
    private void bySource() {
        Line[] lines = history.names("train/loss_").stream()
                .limit(LineFigure.MOST_LINES)
                .map(name -> line(name, name.replace("train/", "")))
                .toArray(Line[]::new);
        plot("Training loss by source, nats a target", lines);
    }

    /** What steps tell of their batches beside loss and gradient, such as rewards. */
    private void figures() {
        Line[] lines = history.names("train/").stream()
                .filter(name -> !OF_EVERY_STEP.contains(name) && !name.startsWith("train/loss_"))
                .limit(LineFigure.MOST_LINES)
                .map(name -> line(name, name.replace("train/", "")))
                .toArray(Line[]::new);
        plot("Of the steps' batches", lines);
    }

    private Line line(String name, String shown) {
        ThinnedSeries series = history.curve(name);
        share = Math.max(share, series.share());
        return new Line(shown, series.x(), series.y());
    }

    /** Peaks that means would hide; none where nothing was thinned out. */
    private Line most(String name) {
        ThinnedSeries series = history.curve(name);
        return series.share() == 1
                ? new Line("", new double[0], new double[0])
                : new Line("largest of its neighbours", series.x(), series.most());
    }

    private void plot(String title, Line... lines) {
        List<Line> drawn = new ArrayList<>();
        for (Line line : lines) {
            if (line.x().length > 0) {
                drawn.add(line);
            }
        }
        if (!drawn.isEmpty()) {
            page.append(LineFigure.render(title, "step", "", drawn));
        }
    }
}
