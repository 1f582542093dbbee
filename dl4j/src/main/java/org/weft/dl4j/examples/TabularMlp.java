package org.weft.dl4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.weft.core.WeftException;
import org.weft.core.tokens.SampleOrder;
import org.weft.dl4j.ParameterServerTrainingMaster;

/**
 * The class of a table's row by a perceptron on its columns. A fifth of each class is for the test, a fifth of the rest for
 * validation.
 */
record TabularMlp() implements ExampleNetwork {
    private static final PackageData PENGUINS = new PackageData(
            "the penguins", "pip", "palmerpenguins==0.1.6", "palmerpenguins/data/penguins.csv", "penguins.csv");
    private static final String SPECIES = "species";
    private static final int MOST_CLASSES = 100;
    /** Of a class: each part has one then, and the training part more. */
    private static final int FEWEST_ROWS = 5;

    @Override
    public String name() {
        return "tabular-mlp";
    }

    @Override
    public List<String> networks() {
        return List.of("mlp");
    }

    /** A row of the table with its class. */
    private record Row(long line, String[] cells, int label) {}

    @Override
    public ExampleData load(ExampleSource source) throws IOException {
        CsvTable table = CsvTable.read(source.input() != null ? source.input() : PENGUINS.in(source));
        String label = source.label() != null
                ? source.label()
                : source.input() == null
                        ? SPECIES
                        : table.names().get(table.names().size() - 1);
        int labelColumn = table.column(label);
        List<String> classes = classes(table, label, labelColumn);
        List<Row> train = new ArrayList<>();
        List<Row> validation = new ArrayList<>();
        List<Row> test = new ArrayList<>();
        split(table, classes, labelColumn, train, validation, test);
        int[] inputs = IntStream.range(0, table.names().size())
                .filter(at -> at != labelColumn)
                .toArray();
        List<TableColumn> columns = new ArrayList<>();
        for (int input : inputs) {
            // A stream of lists would have no room for null.
            List<String> cells = new ArrayList<>();
            train.forEach(row -> cells.add(row.cells()[input]));
            columns.add(TableColumn.of(table.names().get(input), table.file().toString(), cells));
        }
        Encoding encoding = new Encoding(table.file(), inputs, columns, classes.size());
        return new ExampleData(
                encoding.rows(train),
                encoding.rows(validation),
                encoding.rows(test),
                classes,
                encoding.shown(test),
                1,
                ExampleData.mostFrequent(labels(train), labels(test), classes.size()),
                notes(table, label, labelColumn, columns, inputs, List.of(train, validation, test)));
    }

    private static List<String> classes(CsvTable table, String label, int column) {
        Map<String, Long> counts = table.rows().stream()
                .filter(row -> row.cells()[column] != null)
                .collect(Collectors.groupingBy(row -> row.cells()[column], TreeMap::new, Collectors.counting()));
        if (counts.size() < 2 || counts.size() > MOST_CLASSES) {
            throw WeftException.invalidData(
                    table.file() + " has " + counts.size() + " different values in the column " + label
                            + ", which is to be the class",
                    "name a column of 2 to " + MOST_CLASSES + " classes by --label");
        }
        counts.forEach((name, rows) -> {
            if (rows < FEWEST_ROWS) {
                throw WeftException.invalidData(
                        table.file() + " has " + rows + " rows of the class " + name + " in the column " + label,
                        "give at least " + FEWEST_ROWS + " rows of each class, or take the class out");
            }
        });
        return List.copyOf(counts.keySet());
    }

    /** Class by class, by one fixed shuffle; then all of a part by another, so that classes are mixed. */
    private static void split(
            CsvTable table, List<String> classes, int column, List<Row> train, List<Row> validation, List<Row> test) {
        for (int label = 0; label < classes.size(); label++) {
            String name = classes.get(label);
            int number = label;
            List<Row> own = shuffled(table.rows().stream()
                    .filter(row -> name.equals(row.cells()[column]))
                    .map(row -> new Row(row.line(), row.cells(), number))
                    .toList());
            int tests = own.size() / 5;
            int validations = Math.max(1, (own.size() - tests) / 5);
            test.addAll(own.subList(0, tests));
            validation.addAll(own.subList(tests, tests + validations));
            train.addAll(own.subList(tests + validations, own.size()));
        }
        for (List<Row> part : List.of(train, validation, test)) {
            List<Row> mixed = shuffled(part);
            part.clear();
            part.addAll(mixed);
        }
    }

    private static List<Row> shuffled(List<Row> rows) {
        SampleOrder order = new SampleOrder(1, rows.size());
        return IntStream.range(0, rows.size())
                .mapToObj(i -> rows.get((int) order.sample(0, i)))
                .toList();
    }

    private static List<Integer> labels(List<Row> rows) {
        return rows.stream().map(Row::label).toList();
    }

    /** Rows as numbers, and for people. */
    private record Encoding(Path file, int[] inputs, List<TableColumn> columns, int classes) {

        List<DataSet> rows(List<Row> rows) {
            return rows.stream().map(this::row).toList();
        }

        private DataSet row(Row row) {
            float[] features =
                    new float[columns.stream().mapToInt(TableColumn::width).sum()];
            int at = 0;
            for (int i = 0; i < inputs.length; i++) {
                columns.get(i).encode(row.cells()[inputs[i]], file + " line " + row.line(), features, at);
                at += columns.get(i).width();
            }
            float[] label = new float[classes];
            label[row.label()] = 1;
            return new DataSet(
                    Nd4j.createFromArray(new float[][] {features}), Nd4j.createFromArray(new float[][] {label}));
        }

        List<ExampleData.Shown> shown(List<Row> rows) {
            return rows.stream()
                    .limit(ExampleData.SHOWN)
                    .map(row -> new ExampleData.Shown(words(row), ""))
                    .toList();
        }

        private String words(Row row) {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < inputs.length; i++) {
                String cell = row.cells()[inputs[i]];
                words.add(columns.get(i).name() + "=" + (cell == null ? "missing" : cell));
            }
            return String.join(" ", words);
        }
    }

    private static List<String> notes(
            CsvTable table,
            String label,
            int labelColumn,
            List<TableColumn> columns,
            int[] inputs,
            List<List<Row>> parts) {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "%,d rows of %s: %d to learn from, %d for validation, %d for the test; the class is %s",
                table.rows().size(),
                table.file(),
                parts.get(0).size(),
                parts.get(1).size(),
                parts.get(2).size(),
                label));
        long unlabelled = table.rows().stream()
                .filter(row -> row.cells()[labelColumn] == null)
                .count();
        if (unlabelled > 0) {
            notes.add(unlabelled + " rows have no " + label + " and were left out");
        }
        List<String> filled = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            int input = inputs[i];
            long missing = table.rows().stream()
                    .filter(row -> row.cells()[labelColumn] != null && row.cells()[input] == null)
                    .count();
            if (missing > 0) {
                filled.add(columns.get(i).filled(missing));
            }
        }
        notes.add(filled.isEmpty() ? "No value is missing" : "Missing values filled: " + String.join(", ", filled));
        notes.add("Columns of numbers are standardised; medians, means and deviations are of the training part");
        return notes;
    }

    @Override
    public Model network(String network, ExampleData data) {
        return new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-2))
                .l2(1e-4)
                .activation(Activation.RELU)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(data.train().get(0).getFeatures().size(1))
                        .nOut(32)
                        .build())
                .layer(new DenseLayer.Builder().nIn(32).nOut(16).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(16)
                        .nOut(data.classes().size())
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    }

    @Override
    public ParameterServerTrainingMaster.Builder settings(
            String network, ParameterServerTrainingMaster.Builder master) {
        return master.microBatch(4).lanes(4);
    }

    @Override
    public int epochs(String network, boolean small) {
        return small ? 3 : 15;
    }
}
