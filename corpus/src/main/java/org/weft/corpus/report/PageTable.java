package org.weft.corpus.report;

import org.weft.core.html.Html;

/** A table of a page; a column whose name begins with "words:" holds words, any other numbers. */
final class PageTable {
    private static final String WORDS = "words:";

    private final Html page;
    private final String[] columns;

    PageTable(Html page, String... columns) {
        this.page = page;
        this.columns = columns;
        page.append("<div class=\"scroll cut\" tabindex=\"0\"><table>\n<thead><tr>");
        for (int i = 0; i < columns.length; i++) {
            String name = columns[i].startsWith(WORDS) ? columns[i].substring(WORDS.length()) : columns[i];
            page.text("th scope=\"col\"" + kind(i), name);
        }
        page.append("</tr></thead>\n<tbody>\n");
    }

    /** As many cells as there are columns. */
    PageTable row(String... cells) {
        page.append("<tr>");
        for (int i = 0; i < cells.length; i++) {
            page.text("td" + kind(i), cells[i]);
        }
        page.append("</tr>\n");
        return this;
    }

    private String kind(int column) {
        return columns[column].startsWith(WORDS) ? " class=\"words\"" : "";
    }

    void end() {
        page.append("</tbody></table></div>\n");
    }
}
