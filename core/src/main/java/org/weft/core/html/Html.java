package org.weft.core.html;

import java.util.Locale;

/**
 * A page that needs nothing else, light and dark, wide and narrow. It runs no script and loads nothing, and says so to the
 * browser. Text is escaped by {@link #text} and {@link #escaped}; {@link #append} takes markup as it is.
 */
public final class Html {
    /** Stands in every page, near its beginning. */
    public static final String GENERATOR = "<meta name=\"generator\" content=\"weft\">";

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'%s">
            %s
            <title>%s</title>
            <style>
            :root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --line: #dfe4ea; --page: #ffffff;
              --c1: #1f6feb; --c2: #c2410c; --c3: #15803d; --c4: #7c3aed; --c5: #0e7490; --c6: #be185d; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #9aa7b8; --line: #2b3440;
              --page: #12161c; --c1: #6ea8fe; --c2: #fb923c; --c3: #4ade80; --c4: #c4b5fd; --c5: #22d3ee; --c6: #f472b6; } }
            body { margin: 0 auto; padding: 1.2rem; max-width: 46rem; background: var(--page); color: var(--ink);
              font: 16px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .4rem; }
            p { margin: .5rem 0; } .quiet { color: var(--quiet); font-size: .9rem; }
            svg { width: 100%%; height: auto; display: block; margin: .8rem 0; }
            svg text { fill: var(--quiet); font-size: 13px; } .grid { stroke: var(--line); }
            .key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .9rem; color: var(--quiet); }
            .key span::before { margin-right: .4rem; }
            .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%%; font-size: .9rem;
              font-variant-numeric: tabular-nums; }
            th, td { text-align: right; padding: .35rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
            th { color: var(--quiet); font-weight: 500; }
            .facts { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .4rem 0 0; font-size: .9rem; }
            .facts div { display: flex; gap: .4rem; min-width: 0; } .facts dt { color: var(--quiet); }
            .facts dd { margin: 0; overflow-wrap: anywhere; }
            .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1rem 0; }
            .tile { border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
            .tile b { display: block; font-size: 1.7rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
            .tile span { color: var(--quiet); font-size: .85rem; }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%%), 1fr)); gap: 0 1.2rem; }
            .plots figure { margin: 0; max-width: 29rem; } figcaption { font-weight: 600; margin-top: .8rem; }
            .curve { fill: none; stroke-width: 2; } .chance { fill: none; stroke: var(--quiet); stroke-dasharray: 5 5; }
            .s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); stroke-dasharray: 8 3; }
            .s3 { stroke: var(--c3); stroke-dasharray: 3 3; } .s4 { stroke: var(--c4); stroke-dasharray: 10 3 2 3; }
            .s5 { stroke: var(--c5); stroke-dasharray: 14 4; } .s6 { stroke: var(--c6); stroke-dasharray: 2 4; }
            .key svg { display: inline; width: 2rem; height: .6rem; margin: 0 .4rem 0 0; }
            %s</style>
            </head>
            <body>
            """;

    private final StringBuilder page;

    /**
     * @param title in the browser's tab
     * @param style this page's own rules, after those that all pages share
     */
    public Html(String title, String style) {
        this(title, style, "");
    }

    private Html(String title, String style, String policy) {
        page = new StringBuilder(String.format(Locale.ROOT, HEAD, policy, GENERATOR, escaped(title), style));
    }

    /** A page that may hold pictures, as data URIs alone. */
    public static Html withPictures(String title, String style) {
        return new Html(title, style, "; img-src data:");
    }

    /** Markup as it is. */
    public Html append(String markup) {
        page.append(markup);
        return this;
    }

    /** Markup with values in it, which are numbers or escaped already. */
    public Html format(String markup, Object... values) {
        page.append(String.format(Locale.ROOT, markup, values)).append('\n');
        return this;
    }

    /** One element around a text that may hold anything. */
    public Html text(String element, String text) {
        page.append('<').append(element).append('>').append(escaped(text));
        page.append("</").append(element.split(" ", 2)[0]).append(">\n");
        return this;
    }

    /** The whole page. */
    public String render() {
        return page + "</body>\n</html>\n";
    }

    /** A text that may hold anything, for use between tags and within quoted attributes. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isCharacter(point) ? point : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    /** Whether HTML and XML allow it: no control character but white space, no half of a pair, no non-character. */
    private static boolean isCharacter(int point) {
        boolean control = point < ' ' ? point != '\t' && point != '\n' && point != '\r' : point >= 0x7F && point < 0xA0;
        boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        return !control && !half && (point & 0xFFFE) != 0xFFFE;
    }
}
