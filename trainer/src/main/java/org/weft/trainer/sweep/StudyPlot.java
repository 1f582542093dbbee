package org.weft.trainer.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.html.Svg;
import org.weft.driver.plan.Quantities;

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
    private final Svg svg = new Svg(WIDTH, HEIGHT, "Loss by parameters, both logarithmic");

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
        axes();
        curve();
        heldOut();
        for (SizeResult result : study.fitted()) {
            dot(result, "fitted");
        }
        return svg.render();
    }

    private void axes() {
        for (double decade = Math.pow(10, Math.floor(Math.log10(leftX))); decade < rightX; decade *= 10) {
            for (double tick : X_TICKS) {
                double value = tick * decade;
                if (value >= leftX && value <= rightX) {
                    svg.line("grid", x(value), TOP, x(value), HEIGHT - BOTTOM);
                    svg.text(
                            x(value),
                            HEIGHT - BOTTOM + 18,
                            "middle",
                            Quantities.count(value).replaceAll("\\.0+", ""));
                }
            }
        }
        double step = step();
        for (double value = Math.ceil(bottomY / step) * step; value <= topY; value += step) {
            svg.line("grid", LEFT, y(value), WIDTH - RIGHT, y(value));
            svg.text(LEFT - 8, y(value) + 4, "end", String.format(Locale.ROOT, step < 0.1 ? "%.2f" : "%.1f", value));
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "parameters");
        svg.text(LEFT - 8, TOP - 5, "start", "loss, nats a token");
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
        double[] x = new double[CURVE_POINTS + 1];
        double[] y = new double[CURVE_POINTS + 1];
        for (int i = 0; i <= CURVE_POINTS; i++) {
            double parameters = from * Math.pow(to / from, (double) i / CURVE_POINTS);
            x[i] = x(parameters);
            y[i] = y(study.law().loss(parameters));
        }
        svg.polyline(kind, x, y);
    }

    private void heldOut() {
        double at = x(study.heldOut().member().parameters());
        svg.line("interval", at, y(study.high()), at, y(study.low()));
        svg.line("interval", at - 6, y(study.high()), at + 6, y(study.high()));
        svg.line("interval", at - 6, y(study.low()), at + 6, y(study.low()));
        double predicted = y(study.predicted());
        svg.format(
                "<path class=\"predicted\" d=\"M%.1f %.1f l6 6 l-6 6 l-6 -6 z\"><title>predicted %.4f</title></path>",
                at, predicted - 6, study.predicted());
        dot(study.heldOut(), "heldout");
    }

    private void dot(SizeResult result, String kind) {
        long parameters = result.member().parameters();
        svg.circle(
                kind,
                x(parameters),
                y(result.loss()),
                5,
                String.format(Locale.ROOT, "%,d parameters: %.4f", parameters, result.loss()));
    }

    private double x(double parameters) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(parameters / leftX) / Math.log(rightX / leftX);
    }

    private double y(double loss) {
        double shown = Math.min(topY, Math.max(bottomY, loss));
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.log(shown / bottomY) / Math.log(topY / bottomY);
    }
}
