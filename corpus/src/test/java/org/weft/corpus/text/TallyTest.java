package org.weft.corpus.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final int DOCUMENTS = 500;

    @Test
    void isTheSameHoweverTheDocumentsWereCut() {
        Tally whole = counted(documents(), 1, new Random(1));
        for (int parts : List.of(2, 3, 16, DOCUMENTS)) {
            assertThat(counted(documents(), parts, new Random(parts))).isEqualTo(whole);
        }
        assertThat(whole.count("documents")).isEqualTo(DOCUMENTS);
        assertThat(whole.examples("rule-0")).hasSize(Tally.EXAMPLES);
    }

    @Test
    void doesNotGrowWithTheData() throws Exception {
        Tally few = counted(documents().subList(0, 100), 1, new Random(1));
        Tally many = counted(documents(), 7, new Random(2));
        assertThat(many.toJson().length).isLessThan(few.toJson().length + 32);
    }

    @Test
    void showsOnlyWhatMayBeSeenAndNoMoreThanABeginning() {
        Tally tally = new Tally();
        tally.example("rule", "secret " + "𝄞".repeat(Tally.EXAMPLE_CHARACTERS), text -> text.replace("secret", "*"));
        String shown = tally.examples("rule").get(0);
        assertThat(shown).startsWith("* ").endsWith("𝄞…").hasSizeLessThanOrEqualTo(Tally.EXAMPLE_CHARACTERS);
    }

    @Test
    void countsByWhatANameBeginsWith() {
        Tally tally = new Tally();
        tally.add("drop.b", 2);
        tally.add("drop.a");
        tally.add("dropped");
        assertThat(tally.counts("drop.")).hasToString("{a=1, b=2}");
    }

    @Test
    void survivesItsJsonAndItsSerialization() throws Exception {
        Tally tally = counted(documents(), 3, new Random(3));
        assertThat(Tally.ofJson(tally.toJson())).isEqualTo(tally);
        assertThat(Tally.ofJson(tally.toJson()).toJson()).isEqualTo(tally.toJson());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(tally);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(tally);
        }
    }

    private static List<String> documents() {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add("document " + i * 7919);
        }
        return documents;
    }

    /** Documents in any order, cut into parts, which are merged in any order. */
    private static Tally counted(List<String> documents, int parts, Random random) {
        List<String> shuffled = new ArrayList<>(documents);
        Collections.shuffle(shuffled, random);
        List<Tally> tallies = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            Tally tally = new Tally();
            for (int i = part; i < shuffled.size(); i += parts) {
                tally.add("documents");
                tally.add("letters", shuffled.get(i).length());
                tally.example("rule-" + shuffled.get(i).length() % 2, shuffled.get(i));
            }
            tallies.add(tally);
        }
        Collections.shuffle(tallies, random);
        Tally whole = new Tally();
        tallies.forEach(whole::merge);
        return whole;
    }
}
