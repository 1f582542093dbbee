package org.weft.corpus.report;

import org.weft.core.html.Html;

/**
 * A table of a page; a column whose name begins with "words:" holds words, which are broken into lines, one that begins with
 * "name:" holds a name, which is not, any other numbers.
 */
final class PageTable {
    private final Html page;
    private final String[] kinds;

    PageTable(Html page, String... columns) {
        this.page = page;
        this.kinds = new String[columns.length];
        page.append("<div class=\"scroll cut\" tabindex=\"0\"><table>\n<thead><tr>");
        for (int i = 0; i < columns.length; i++) {
            int colon = columns[i].indexOf(':');
            kinds[i] = colon < 0 ? "" : " class=\"" + columns[i].substring(0, colon) + "\"";
            page.text("th scope=\"col\"" + kinds[i], columns[i].substring(colon + 1));
        }
        page.append("</tr></thead>\n<tbody>\n");
    }

    /** As many cells as there are columns. */
    PageTable row(String... cells) {
        page.append("<tr>");
        for (int i = 0; i < cells.length; i++) {
            page.text("td" + kinds[i], cells[i]);
        }
        page.append("</tr>\n");
        return this;
    }

    void end() {
        page.append("</tbody></table></div>\n");
    }
}
