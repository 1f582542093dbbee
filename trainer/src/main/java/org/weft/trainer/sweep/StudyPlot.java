package org.weft.trainer.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.trainer.plan.Quantities;

/**
 * The study's plot as inline SVG: parameters and loss on logarithmic axes, a dot a fitted size, the law as a line, the
 * held-out size's prediction with its interval beside what was measured. Colours are the page's.
 */
final class StudyPlot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;
    private static final int LEFT = 52;
    private static final int RIGHT = 22;
    private static final int TOP = 18;
    private static final int BOTTOM = 46;
    private static final int CURVE_POINTS = 80;
    private static final double[] X_TICKS = {1, 2, 5};
    private static final double[] Y_STEPS = {0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};
    private static final int MOST_Y_TICKS = 8;

    private final Study study;
    private final double leftX;
    private final double rightX;
    private final double bottomY;
    private final double topY;
    private final StringBuilder svg = new StringBuilder();

    StudyPlot(Study study) {
        this.study = study;
        List<SizeResult> all = new ArrayList<>(study.fitted());
        all.add(study.heldOut());
        leftX = all.get(0).member().parameters() / 1.4;
        rightX = study.heldOut().member().parameters() * 1.5;
        double least = Math.min(
                study.low(), Math.min(study.heldOut().loss(), study.law().loss(rightX)));
        double most = Math.max(study.high(), study.law().loss(leftX));
        for (SizeResult result : all) {
            least = Math.min(least, result.loss());
            most = Math.max(most, result.loss());
        }
        bottomY = Math.max(least * 0.97, least / 2);
        topY = Math.min(most * 1.03, most * 2);
    }

    String render() {
        svg.setLength(0);
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Loss by parameters, both logarithmic\">%n",
                WIDTH,
                HEIGHT));
        axes();
        curve();
        heldOut();
        for (SizeResult result : study.fitted()) {
            dot(result, "fitted");
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        for (double decade = Math.pow(10, Math.floor(Math.log10(leftX))); decade < rightX; decade *= 10) {
            for (double tick : X_TICKS) {
                double value = tick * decade;
                if (value >= leftX && value <= rightX) {
                    line(x(value), TOP, x(value), HEIGHT - BOTTOM, "grid");
                    text(
                            x(value),
                            HEIGHT - BOTTOM + 18,
                            "middle",
                            Quantities.count(value).replaceAll("\\.0+", ""));
                }
            }
        }
        double step = step();
        for (double value = Math.ceil(bottomY / step) * step; value <= topY; value += step) {
            line(LEFT, y(value), WIDTH - RIGHT, y(value), "grid");
            text(LEFT - 8, y(value) + 4, "end", String.format(Locale.ROOT, step < 0.1 ? "%.2f" : "%.1f", value));
        }
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "parameters");
        text(LEFT - 8, TOP - 5, "start", "loss, nats a token");
    }

    private double step() {
        for (double step : Y_STEPS) {
            if ((topY - bottomY) / step <= MOST_Y_TICKS) {
                return step;
            }
        }
        return topY - bottomY;
    }

    /** Solid over the sizes that it was fitted to, dashed beyond. */
    private void curve() {
        double last = study.fitted().get(study.fitted().size() - 1).member().parameters();
        path(leftX, last, "law");
        path(last, rightX, "law beyond");
    }

    private void path(double from, double to, String kind) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= CURVE_POINTS; i++) {
            double parameters = from * Math.pow(to / from, (double) i / CURVE_POINTS);
            points.append(String.format(
                    Locale.ROOT, "%.1f,%.1f ", x(parameters), y(study.law().loss(parameters))));
        }
        svg.append("<polyline class=\"").append(kind).append("\" points=\"");
        svg.append(points.toString().trim()).append("\"/>\n");
    }

    private void heldOut() {
        double at = x(study.heldOut().member().parameters());
        line(at, y(study.high()), at, y(study.low()), "interval");
        line(at - 6, y(study.high()), at + 6, y(study.high()), "interval");
        line(at - 6, y(study.low()), at + 6, y(study.low()), "interval");
        double predicted = y(study.predicted());
        svg.append(String.format(
                Locale.ROOT,
                "<path class=\"predicted\" d=\"M%.1f %.1f l6 6 l-6 6 l-6 -6 z\"><title>predicted %.4f</title></path>%n",
                at,
                predicted - 6,
                study.predicted()));
        dot(study.heldOut(), "heldout");
    }

    private void dot(SizeResult result, String kind) {
        svg.append(String.format(
                Locale.ROOT,
                "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%,d parameters: %.4f</title></circle>%n",
                kind,
                x(result.member().parameters()),
                y(result.loss()),
                result.member().parameters(),
                result.loss()));
    }

    private void line(double x1, double y1, double x2, double y2, String kind) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                kind,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(double x, double y, String anchor, String words) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, words));
    }

    private double x(double parameters) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(parameters / leftX) / Math.log(rightX / leftX);
    }

    private double y(double loss) {
        double shown = Math.min(topY, Math.max(bottomY, loss));
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.log(shown / bottomY) / Math.log(topY / bottomY);
    }
}
