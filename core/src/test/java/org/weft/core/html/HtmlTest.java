package org.weft.core.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.w3c.dom.Document;

class HtmlTest {

    @Test
    void textIsEscapedBetweenTagsAndInAttributes() {
        assertThat(Html.escaped("<script>alert('a & \"b\"')</script>"))
                .isEqualTo("&lt;script&gt;alert(&#39;a &amp; &quot;b&quot;&#39;)&lt;/script&gt;");
        assertThat(Html.escaped("a\u0000b\u001bc\ud800d\uffff")).isEqualTo("a\ufffdb\ufffdc\ufffdd\ufffd");
        assertThat(Html.escaped("tab\t, line\n, \ud83c\udf0a, \u00e9"))
                .isEqualTo("tab\t, line\n, \ud83c\udf0a, \u00e9");
        String page = new Html("</title><script>", "")
                .text("p class=\"quiet\"", "<b>")
                .render();
        assertThat(page).contains("<title>&lt;/title&gt;&lt;script&gt;</title>", "<p class=\"quiet\">&lt;b&gt;</p>");
    }

    @Property(tries = 300)
    void anyTextIsOneTextNode(@ForAll String text) throws Exception {
        String xml = "<a b=\"" + Html.escaped(text) + "\">" + Html.escaped(text) + "</a>";
        Document document = parsed(xml);
        assertThat(document.getDocumentElement().getChildNodes().getLength()).isLessThanOrEqualTo(1);
        assertThat(document.getDocumentElement().getAttributes().getLength()).isEqualTo(1);
        assertThat(document.getDocumentElement().getTextContent())
                .hasSize(text.replace("\r\n", "\n").length());
    }

    @Test
    void thePageForbidsWhatItDoesNotNeed() {
        assertThat(new Html("t", ".mine { color: red; }\n").render())
                .contains(
                        "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"",
                        ".mine { color: red; }",
                        "prefers-color-scheme: dark")
                .endsWith("</body>\n</html>\n");
    }

    @Test
    void picturesAreAllowedWhereAPageHasThem() {
        assertThat(Html.withPictures("t", "").render())
                .contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"");
    }

    @Test
    void plotsStayWithinTheirFrame() throws Exception {
        double[] x = {0, 1, 2, 3, 4};
        String svg = new Axes("a <plot>", "step", Axes.Range.of(x), "loss", new Axes.Range(0, 1))
                .line("curve s1", x, new double[] {0.5, 7, Double.NaN, -3, 0.5})
                .dot("dot", 2, 0.5, 3, "<dot>")
                .bar("bin", 1, 2, 0.5, "bar")
                .render();
        Document plot = parsed(svg);
        assertThat(plot.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            String points = plot.getElementsByTagName("polyline")
                    .item(i)
                    .getAttributes()
                    .getNamedItem("points")
                    .getNodeValue();
            for (String number : points.split("[ ,]")) {
                assertThat(Double.parseDouble(number)).isBetween(0.0, 420.0);
            }
        }
        assertThat(svg)
                .contains("aria-label=\"a &lt;plot&gt;\"", "<title>&lt;dot&gt;</title>")
                .doesNotContain("NaN");
    }

    @Test
    void ticksAreRoundAndFew() {
        for (double[] ends : new double[][] {
            {0, 1}, {0.123, 0.127}, {-5, 12_345}, {1e6, 3e6}, {7, 7}, {0, 0}, {2e-5, 2e-5}, {1, 1 + 1e-16}
        }) {
            Axes.Range range = Axes.Range.of(ends);
            assertThat(range.ticks())
                    .hasSizeBetween(2, 8)
                    .allMatch(tick ->
                            tick >= range.from() - 1e-9 && tick <= range.to() + 1e-9 * Math.abs(range.to()) + 1e-9);
        }
        assertThat(Axes.Range.of(new double[] {Double.NaN})).isEqualTo(new Axes.Range(0, 1));
        assertThat(new Axes.Range(0, 1).ticks()).hasSize(6).startsWith(0.0).endsWith(1.0);
    }

    @Test
    void ticksAreWrittenWithTheDigitsInWhichTheyDiffer() {
        assertThat(written(new Axes.Range(0, 1))).containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1");
        assertThat(written(Axes.Range.of(new double[] {2e-5})))
                .containsExactly("1.8e-5", "1.9e-5", "2e-5", "2.1e-5", "2.2e-5");
        assertThat(written(new Axes.Range(0, 6e-5)))
                .containsExactly("0", "1e-5", "2e-5", "3e-5", "4e-5", "5e-5", "6e-5");
        assertThat(written(new Axes.Range(0, 1.5e-3)))
                .containsExactly("0", "0.00025", "0.0005", "0.00075", "0.001", "0.00125", "0.0015");
        assertThat(written(new Axes.Range(-100, 100))).containsExactly("-100", "-50", "0", "50", "100");
        assertThat(written(new Axes.Range(0, 3e6))).containsExactly("0", "500k", "1M", "1.5M", "2M", "2.5M", "3M");
        assertThat(written(new Axes.Range(0.5, 0.50001)))
                .contains("0.5", "0.500002")
                .doesNotHaveDuplicates();
    }

    private static List<String> written(Axes.Range range) {
        return range.ticks().stream()
                .map(tick -> Axes.written(tick, range.step()))
                .toList();
    }

    private static Document parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @Timeout(20)
    void numbersThatDifferInTheirLastBitsAreOne() {
        double[] almost = {1000, Math.nextUp(1000.0), Math.nextDown(1000.0)};
        assertThat(Axes.Range.of(almost).ticks()).hasSizeBetween(2, 10).contains(1000.0);
    }
}
