package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.WeftException;

class TabularMlpTest {
    @TempDir
    Path folder;

    private ExampleData load(String label, String text) throws IOException {
        Path file = folder.resolve("table.csv");
        Files.writeString(file, text);
        return new TabularMlp().load(new ExampleSource(file, folder.resolve("data"), label, false, said -> {}));
    }

    private static String rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (i % 5 == 0 ? "NA" : String.valueOf(i % 11)) + "," + (i % 2 == 0 ? "red" : "blue") + ","
                        + (i % 2 == 0 ? "a" : "b") + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void numbersAreStandardisedByTheTrainingPartAndWordsAreColumns() throws IOException {
        ExampleData data = load(null, "x,colour,kind\n" + rows(100));
        assertThat(data.classes()).containsExactly("a", "b");
        assertThat(List.of(
                        data.train().size(),
                        data.validation().size(),
                        data.test().size()))
                .containsExactly(64, 16, 20);
        INDArray train =
                Nd4j.vstack(data.train().stream().map(row -> row.getFeatures()).toList()); // (rows, x blue red)
        assertThat(train.size(1)).isEqualTo(3);
        assertThat(train.getColumn(0).meanNumber().doubleValue()).isBetween(-1e-6, 1e-6);
        assertThat(train.getColumn(0).stdNumber(false).doubleValue()).isBetween(1 - 1e-6, 1 + 1e-6);
        data.train().forEach(row -> assertThat(row.getFeatures().getInt(0, 1))
                .isEqualTo(row.getLabels().getInt(0, 1))); // blue is b
        assertThat(data.notes()).anyMatch(note -> note.contains("x 20 (median 4.0)"));
        assertThat(data.shown()).hasSize(10).anyMatch(shown -> shown.words().matches("x=\\S+ colour=(red|blue)"));
    }

    @Test
    void aMissingNumberIsTheMedianOfTheRest() {
        TableColumn column = TableColumn.of("x", "f", Arrays.asList("1", null, "2", "30", "4"));
        assertThat(column.fill()).isEqualTo("3.0");
        assertThat(column.mean()).isEqualTo((1 + 3 + 2 + 30 + 4) / 5.0);
        float[] into = new float[2];
        column.encode(null, "f line 3", into, 1);
        assertThat(into[1]).isEqualTo((float) ((3 - column.mean()) / column.deviation()));
        assertThat(TableColumn.of("x", "f", List.of("7", "7")).deviation()).isEqualTo(1);
    }

    @Test
    void aMissingWordIsTheMostFrequentAndAnUnknownOneIsNone() {
        TableColumn column = TableColumn.of("c", "f", Arrays.asList("red", null, "blue", "red"));
        float[] into = new float[2];
        column.encode(null, "f line 3", into, 0);
        assertThat(into).containsExactly(0, 1); // blue, red
        Arrays.fill(into, 0);
        column.encode("green", "f line 3", into, 0);
        assertThat(into).containsExactly(0, 0);
        assertThat(column.filled(1)).isEqualTo("c 1 (most frequent red)");
    }

    @Test
    void rowsWithoutAClassAreLeftOutAndSaid() throws IOException {
        ExampleData data = load("kind", "x,colour,kind\n" + rows(40) + "3,red,\n");
        assertThat(data.notes()).contains("1 rows have no kind and were left out");
    }

    @Test
    void anotherSeparatorIsFound() throws IOException {
        assertThat(load("kind", ("x,colour,kind\n" + rows(40)).replace(',', ';'))
                        .classes())
                .containsExactly("a", "b");
    }

    @Test
    void whatCannotBeUsedIsNamedWithItsPlace() {
        String head = "x,colour,kind\n";
        refused(() -> load("species", head + rows(40)), "has no column species");
        refused(() -> load(null, head + rows(40) + "1,red\n"), "line 42 has 2 cells, the row of names has 3");
        refused(() -> load(null, head + rows(40) + "1,red,c\n"), "has 1 rows of the class c in the column kind");
        refused(() -> load(null, head + rows(40).replace(",b\n", ",a\n")), "has 1 different values in the column kind");
        refused(() -> load(null, "x,x,kind\n" + rows(40)), "has a name twice");
        refused(() -> load(null, "x\n1\n"), "has no row of two names or more");
        refused(() -> load(null, ""), "has no row of two names or more");
        refused(() -> load(null, "y," + head + rows(40).replaceAll("(?m)^", ",")), "has no value in the column y");
        String many = IntStream.range(0, 80)
                .mapToObj(i -> "1,word" + i + "," + (i % 2 == 0 ? "a" : "b") + "\n")
                .collect(Collectors.joining());
        refused(() -> load(null, head + many), "different words in the column colour");
        assertThatThrownBy(() -> TableColumn.of("x", "f", List.of("1", "2")).encode("red", "f line 9", new float[1], 0))
                .hasMessage("f line 9: red is no number, but the column x has numbers");
        refused(
                () -> new TabularMlp()
                        .load(new ExampleSource(folder.resolve("no.csv"), folder, null, true, said -> {})),
                "no.csv is not a file");
    }

    private static void refused(ThrowingCallable load, String message) {
        assertThatThrownBy(load).isInstanceOf(WeftException.class).hasMessageContaining(message);
    }
}
