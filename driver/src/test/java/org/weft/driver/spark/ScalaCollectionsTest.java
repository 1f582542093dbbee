package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import scala.collection.JavaConverters;

/** Scala's collections as Java's and back. */
class ScalaCollectionsTest {

    @Test
    void sequencesAndMapsKeepTheirOrder() {
        List<String> words = Arrays.asList("b", null, "a");
        assertThat(ScalaCollections.toJava(JavaConverters.asScalaBuffer(words))).isEqualTo(words);

        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 9; i >= 0; i--) {
            counts.put("k" + i, i);
        }
        Object back = ScalaCollections.toJava(ScalaCollections.toSpark(counts));
        assertThat(back).isEqualTo(counts);
        assertThat(new ArrayList<>(((Map<?, ?>) back).keySet())).isEqualTo(new ArrayList<>(counts.keySet()));
    }

    @Test
    void cellsForSpark() {
        assertThat(ScalaCollections.toSpark(Map.of("a", 1))).isInstanceOf(scala.collection.Map.class);
        assertThat(ScalaCollections.toSpark(List.of("a", "b"))).isEqualTo(new Object[] {"a", "b"});
    }

    @Test
    void otherCellsStayAsTheyAre() {
        for (Object cell : new Object[] {"text", 1.5, new byte[1]}) {
            assertThat(ScalaCollections.toJava(cell)).isSameAs(cell);
            assertThat(ScalaCollections.toSpark(cell)).isSameAs(cell);
        }
        assertThat(ScalaCollections.toJava(null)).isNull();
    }
}
