package org.weft.trainer.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class StudyTest {
    private static final PowerLaw LAW = new PowerLaw(2.2, 60, 0.28);

    @Test
    void theLargestSizeIsHeldOut() {
        Study study = Study.of(Sizes.of(n -> n == 5_000_000 ? 9 : LAW.loss(n)));
        assertThat(study.heldOut().loss()).isEqualTo(9);
        assertThat(study.fitted()).hasSize(5);
        assertThat(study.predicted()).isCloseTo(LAW.loss(5_000_000), within(0.01));
        assertThat(study.low()).isLessThanOrEqualTo(study.predicted());
        assertThat(study.high()).isGreaterThanOrEqualTo(study.predicted());
    }

    @Test
    void theTableHasEverySizeAndTheLaw() {
        assertThat(new StudyTable(study()).render())
                .contains("  100,000", "5,000,000", "held out", "law: loss = 2.", "off by ");
    }

    @Test
    void jsonGivesTheResultsBack() throws IOException {
        JsonNode tree = new ObjectMapper().readTree(StudyJson.study(study()));
        assertThat(tree.path("fitted")).hasSize(5);
        assertThat(StudyJson.result(tree.path("held_out"))).isEqualTo(study().heldOut());
        assertThat(tree.path("law").path("exponent").asDouble()).isCloseTo(0.28, within(0.01));
    }

    @Test
    void thePageNeedsNothingElse() {
        String page = page();
        assertThat(page)
                .doesNotContain("http://", "https://", "src=", "href=", "@import", "<script")
                .contains(
                        "name=\"viewport\"",
                        "prefers-color-scheme: dark",
                        "<title>a &lt;b&gt;: what a bigger model buys");
        assertThat(page.split("<tr")).hasSize(1 + 1 + 6);
    }

    @Test
    void thePlotIsWellFormedAndWithinItsFrame() throws Exception {
        String page = page();
        String svg = page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + 6);
        Document plot = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(plot.getElementsByTagName("circle").getLength()).isEqualTo(6);
        for (int i = 0; i < 6; i++) {
            var circle = plot.getElementsByTagName("circle").item(i).getAttributes();
            assertThat(Double.parseDouble(circle.getNamedItem("cx").getNodeValue()))
                    .isBetween(50.0, 620.0);
            assertThat(Double.parseDouble(circle.getNamedItem("cy").getNodeValue()))
                    .isBetween(15.0, 360.0);
        }
        assertThat(svg).doesNotContain("NaN", "Infinity");
    }

    private static String page() {
        return new StudyPage("a <b>", "gpt2, 5 million tokens", study()).render();
    }

    private static Study study() {
        return Study.of(Sizes.of(LAW::loss));
    }
}
