package org.weft.core.html;

import java.util.Locale;

/** A picture within a page, in units of its view box. Colours and widths are the page's, by class. */
public final class Svg {
    private final StringBuilder svg = new StringBuilder();

    /** @param label what a screen reader says of it */
    public Svg(int width, int height, String label) {
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                width,
                height,
                Html.escaped(label)));
    }

    /** Markup with values in it, which are numbers or escaped already. */
    public Svg format(String markup, Object... values) {
        svg.append(String.format(Locale.ROOT, markup, values)).append('\n');
        return this;
    }

    public Svg line(String kind, double x1, double y1, double x2, double y2) {
        return format("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", kind, x1, y1, x2, y2);
    }

    /** @param anchor start, middle or end */
    public Svg text(double x, double y, String anchor, String words) {
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, Html.escaped(words));
    }

    /** A dot that tells what it is when pointed at. */
    public Svg circle(String kind, double x, double y, double radius, String title) {
        return format(
                "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%s</title></circle>",
                kind, x, y, radius, Html.escaped(title));
    }

    /** A line through points (x, y), of equal number. */
    public Svg polyline(String kind, double[] x, double[] y) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            points.append(String.format(Locale.ROOT, i == 0 ? "%.1f,%.1f" : " %.1f,%.1f", x[i], y[i]));
        }
        return format("<polyline class=\"%s\" points=\"%s\"/>", kind, points);
    }

    /** The whole picture. */
    public String render() {
        return svg + "</svg>\n";
    }
}
