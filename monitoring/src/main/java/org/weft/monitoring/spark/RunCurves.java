package org.weft.monitoring.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.weft.core.html.LineFigure;
import org.weft.core.html.LineFigure.Line;

/** The curves of a run, as pictures within a page. */
final class RunCurves {
    private static final String LOSS = "train/loss";
    private static final String VALIDATION_LOSS = "val/loss";
    private static final String LEARNING_RATE = "train/learning_rate";
    private static final String SPEED = "speed/tokens_per_second";
    private static final String NORM = "train/grad_norm";

    /** The numbers that have curves. */
    static final Set<String> NAMES = Set.of(LOSS, VALIDATION_LOSS, LEARNING_RATE, SPEED, NORM);

    private static final double MILLIONTHS = 1e6;

    private RunCurves() {}

    static String render(RunHistory history) {
        if (history.newest() == null) {
            return "<p>No step is done yet.</p>\n";
        }
        List<Line> losses = Stream.of(history.curve(LOSS, "training"), history.curve(VALIDATION_LOSS, "validation"))
                .filter(Objects::nonNull)
                .toList();
        return "<div class=\"plots\">\n"
                + (losses.isEmpty() ? "" : LineFigure.render("Loss", "step", "nats a target", losses))
                + one(history, LEARNING_RATE, "Learning rate, in millionths", "1e-6", MILLIONTHS)
                + one(history, SPEED, "Speed", "tokens/s", 1)
                + one(history, NORM, "Norm of the gradient, before clipping", "norm", 1)
                + "</div>\n";
    }

    private static String one(RunHistory history, String name, String title, String unit, double scale) {
        Line line = history.curve(name, title);
        if (line == null) {
            return "";
        }
        double[] scaled = Arrays.stream(line.y()).map(y -> y * scale).toArray();
        return LineFigure.render(title, "step", unit, List.of(new Line(title, line.x(), scaled)));
    }
}
