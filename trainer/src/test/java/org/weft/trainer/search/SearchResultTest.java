package org.weft.trainer.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.weft.core.Json;
import org.weft.trainer.search.TrialResult.Judged;

class SearchResultTest {
    private static final SearchSpace SPACE =
            SearchSpace.parse(List.of("training.learning_rate=1e-4..1e2", "training.optimizer=adamw,sgd,'a<b'"));
    private static final Rungs RUNGS = Rungs.halving(6, 40, 2, 10);

    /** 0 is best at the first rung and worse at the next; 3 ends there; 4 has no number, and 5 diverged. */
    private static SearchResult halved() {
        double[] first = {1, 2, 3, 4, Double.NaN};
        double[] second = {5, 4, 6};
        List<TrialResult> trials = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TrialResult trial = TrialResult.of(new Trial(
                    Map.of("training.learning_rate", "1e-" + i, "training.optimizer", i % 2 == 0 ? "adamw" : "'a<b'")));
            trial = i < 5 ? trial.with(judged(10, first[i])) : trial.divergedAfter(7);
            trial = i < 3 ? trial.with(judged(20, second[i])) : trial;
            trials.add(i == 1 ? trial.with(new Judged(Rungs.WHOLE, 40, Map.of("loss", 3.5))) : trial);
        }
        return new SearchResult(SPACE, "halving", 7, RUNGS, new Objective("loss"), trials);
    }

    private static Judged judged(int rung, double loss) {
        return new Judged(rung, rung, Map.of("loss", loss, "accuracy", 1 / loss));
    }

    @Test
    void thoseThatCameFurtherStandFirstAndThoseThatDivergedLast() {
        assertThat(halved().ranked())
                .extracting(trial -> trial.trial().settings().get("training.learning_rate"))
                .containsExactly("1e-1", "1e-0", "1e-2", "1e-3", "1e-4", "1e-5");
        assertThat(halved().best().step()).isEqualTo(40);
    }

    @Test
    void whatIsNoNumberGoesOnFromNoRung() {
        assertThat(halved().best(10, 3)).hasSize(3);
        assertThat(halved().best(10, 6)).hasSize(4);
        assertThat(halved().best(20, 1).get(0).settings()).containsEntry("training.learning_rate", "1e-1");
    }

    /** Another search may have taken it further: that is not this one's to tell. */
    @Test
    void aTrialIsWhatItWasAtTheRungsThatItCameTo() {
        TrialResult whole = halved().trials().get(1).divergedAfter(60);
        TrialResult first = whole.upTo(RUNGS.rungs().subList(0, 1));
        assertThat(first.judged()).extracting(Judged::rung).containsExactly(10);
        assertThat(first.diverged()).isFalse();
        assertThat(whole.upTo(RUNGS.rungs()).diverged()).isTrue();
        assertThat(whole.isDone(15)).isFalse();
        assertThat(whole.isDone(61)).isTrue();
    }

    @Test
    void ofAccuraciesMoreIsBetter() {
        assertThat(new Objective("accuracy").compare(0.9, 0.8)).isNegative();
        assertThat(new Objective("loss_wiki").compare(0.9, 0.8)).isPositive();
        assertThat(new Objective("accuracy").compare(Double.NaN, 0.8)).isPositive();
        assertThat(Objective.parse("val_f1_macro").score()).isEqualTo("f1_macro");
        assertThat(Objective.parse("loss")).isNull();
    }

    @Test
    void theTableHasTheBestFirst() {
        assertThat(new SearchTable(halved()).render().lines()).hasSize(8).satisfies(lines -> {
            assertThat(lines.get(0).strip().split(" +"))
                    .containsExactly(
                            "rank", "training.learning_rate", "training.optimizer", "val_loss", "step", "trial");
            assertThat(lines.get(1)).contains("1e-1").contains("3.5000").contains(" 40 ");
            assertThat(lines.get(5)).contains("not finite");
            assertThat(lines.get(6)).contains("diverged").contains(" 7 ");
            assertThat(lines.get(7)).isEqualTo("training.learning_rate: 0.0001 to 100, drawn evenly in its logarithm");
        });
    }

    @Test
    void aTrialsFileGivesItBack() throws IOException {
        for (TrialResult trial : halved().trials()) {
            JsonNode tree = Json.MAPPER.readTree(SearchJson.trial(trial, "abc"));
            assertThat(tree.path("fingerprint").asText()).isEqualTo("abc");
            assertThat(SearchJson.trial(trial.trial(), tree)).isEqualTo(trial);
        }
    }

    @Test
    void theFileOfASearchSaysWhatWasTriedAndWhatIsBest() throws IOException {
        JsonNode tree = Json.MAPPER.readTree(SearchJson.search(halved(), "weft pretrain"));
        assertThat(tree.path("trials")).hasSize(6);
        assertThat(tree.at("/over/0/scale").asText()).isEqualTo("logarithmic");
        assertThat(tree.at("/over/1/values")).hasSize(3);
        assertThat(tree.at("/rungs/0/rung").asInt()).isEqualTo(10);
        assertThat(tree.at("/rungs/2/rung").asText()).isEqualTo("end");
        assertThat(tree.at("/best/value").asDouble()).isEqualTo(3.5);
        assertThat(tree.at("/trials/5/diverged_at").asInt()).isEqualTo(7);
    }

    @Test
    void thePageNeedsNothingElseAndItsPlotsAreWellFormed() throws Exception {
        String page = new SearchPage("a <b>", "of a corpus", halved(), "weft pretrain --set 'x=<y>'").render();
        assertThat(page)
                .doesNotContain("http://", "https://", "src=", "href=", "@import", "<script")
                .contains("a &lt;b&gt;: settings searched", "--set &#39;x=&lt;y&gt;&#39;", "diverged at step 7");
        int plots = 0;
        for (int at = page.indexOf("<svg"); at >= 0; at = page.indexOf("<svg", at + 1)) {
            String svg = page.substring(at, page.indexOf("</svg>", at) + 6);
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
            assertThat(svg).doesNotContain("\"NaN\"", "\"Infinity\"");
            plots++;
        }
        assertThat(plots).isEqualTo(3);
    }

    @Test
    void aSearchOfWhichNothingCameSaysSo() {
        SearchResult nothing = halved().with(List.of(halved().trials().get(5)));
        assertThat(nothing.best()).isNull();
        assertThat(new SearchPage("a", "b", nothing, null).render()).contains("No trial came to a value");
    }
}
