package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.privacy.Scrubber;
import org.weft.driver.run.ModelStage;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.CheckedRows;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.dataset.RowFields;
import org.weft.tuning.dataset.ScrubbedRows;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.TagPredictions;
import org.weft.tuning.report.EvaluationData;
import org.weft.tuning.report.TrainingCurve;
import org.weft.tuning.report.WorstRow;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Groups;

/**
 * Judges a model on labelled rows: executors predict, the driver gets what is right, what the model said and
 * the beginning of each text, sorted by content, so that the result does not depend on the tasks.
 */
public final class TaskEvaluation {
    private static final int CHUNK = 512;
    private static final int EXCERPT = 400;
    private static final int LONGEST_FINDING = 100;

    /** Of a text, for its excerpt: some more than is shown. */
    private static final int LOOKED_AT = EXCERPT + 2 * LONGEST_FINDING;

    private final Store store;
    private final StoredModel model;
    private final Examination examination;
    private final int batch;
    private final Consumer<String> sampled; // null where too many rows are an error
    private final Explaining explaining; // null where nobody asks why

    /**
     * @param batch rows that are computed together
     */
    public TaskEvaluation(Store store, StoredModel model, Examination examination, int batch) {
        this(store, model, examination, batch, null, null);
    }

    private TaskEvaluation(
            Store store,
            StoredModel model,
            Examination examination,
            int batch,
            Consumer<String> sampled,
            Explaining explaining) {
        this.store = store;
        this.model = model;
        this.examination = examination;
        this.batch = batch;
        this.sampled = sampled;
        this.explaining = explaining;
    }

    /**
     * The same, which of more rows than can be compared with each other judges a sample: what was trained is not to end in an
     * error for its evaluation.
     *
     * @param notices where it says so
     */
    public TaskEvaluation sampling(Consumer<String> notices) {
        return new TaskEvaluation(store, model, examination, batch, notices, explaining);
    }

    /** The same, which says of the worst rows how much each token has to do with it. */
    public TaskEvaluation explaining(Explaining how) {
        return new TaskEvaluation(store, model, examination, batch, sampled, how);
    }

    /**
     * One row with what was made of it.
     *
     * @param id of the row, a function of its values
     * @param text the beginning of what the model read
     * @param group of the metadata column, or null
     */
    private record JudgedRow(String id, String text, String group, Predictions.Row judged) implements Serializable {}

    /**
     * Predicts and compares.
     *
     * @param rows with the examination's columns
     * @param training curves of the fine-tuning, or none
     */
    public EvaluationData run(Dataset<Row> rows, List<TrainingCurve> training) throws IOException {
        String group = examination.config().dataset().groupColumn();
        positive(); // what is wrong with it is told before anything is computed
        if (!group.isEmpty()) {
            DatasetReader.requireColumns(
                    "the rows", rows, List.of(group), examination.config().dataset());
        }
        List<String> columns = Stream.concat(
                        examination.columns().stream(), group.isEmpty() ? Stream.<String>empty() : Stream.of(group))
                .distinct()
                .toList();
        ScrubbedRows scrubbed = ScrubbedRows.of(
                examination.config().dataset().privacy(), examination.textColumns(), store); // as the model was taught
        JavaRDD<Fields> fields =
                rows.toJavaRDD().map(row -> RowFields.of(row, columns)).mapPartitions(scrubbed);
        EvaluationSize size =
                new EvaluationSize(CheckedRows.count("the rows", fields, examination.check()), examination.numbers());
        JavaRDD<Fields> fit = fitting(fields, size);
        Share share = new Share(model, examination, batch);
        List<JudgedRow> judged = new ArrayList<>();
        ModelStage.over(fit.mapPartitions(TaskEvaluation::chunks), share::open).forEach(judged::addAll);
        if (judged.isEmpty()) {
            throw WeftException.invalidData("no row to evaluate on", "give --input or dataset.test rows");
        }
        judged.sort(Comparator.comparing(JudgedRow::id));
        Predictions predictions =
                examination.predictions(judged.stream().map(JudgedRow::judged).toList());
        Map<String, String> facts = facts(predictions);
        if (judged.size() < size.rows()) {
            facts.put("rows judged", judged.size() + " of " + size.rows());
        }
        Map<String, List<String>> groups = new LinkedHashMap<>();
        if (!group.isEmpty()) {
            List<String> values = new ArrayList<>();
            judged.forEach(row -> values.add(row.group()));
            groups.put(group, values);
        }
        EvaluationData data = new EvaluationData(
                examination.config().run().name() + ": " + examination.name(),
                facts,
                predictions,
                judged.stream().map(JudgedRow::text).toList(),
                groups,
                training);
        return explaining == null
                ? data
                : data.explained(new WorstExplanations(model, examination.config(), explaining)
                        .of(fit, judged.stream().map(JudgedRow::id).toList(), WorstRow.numbers(predictions)));
    }

    /** The number of the class whose rates are compared between groups; -1 where none is named. */
    public int positive() {
        WeftConfig config = examination.config();
        return examination.comparesGroups()
                ? Groups.positive(config.dataset(), config.finetune().labels())
                : -1;
    }

    /** All rows where the driver can hold and compare them, or else a sample. */
    JavaRDD<Fields> fitting(JavaRDD<Fields> rows, EvaluationSize size) {
        int most = size.mostComparable();
        if (!examination.comparesRows() || sampled == null || size.rows() <= most) {
            size.requireFits(Runtime.getRuntime().maxMemory());
            if (examination.comparesRows()) {
                size.requireComparable();
            }
            return rows;
        }
        new EvaluationSize(most, size.numbers())
                .requireFits(Runtime.getRuntime().maxMemory());
        sampled.accept("the evaluation compares each row with each other one: " + most + " of " + size.rows()
                + " rows are judged, a sample that depends on the rows alone");
        return sample(rows, most);
    }

    /** Those of the least ids, which are digests: the same whatever the partitions. */
    static JavaRDD<Fields> sample(JavaRDD<Fields> rows, int most) {
        List<String> ids = rows.map(RowFields::id).takeOrdered(most);
        String last = ids.get(ids.size() - 1);
        return rows.filter(row -> RowFields.id(row).compareTo(last) <= 0);
    }

    private static Iterator<List<Fields>> chunks(Iterator<Fields> rows) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public List<Fields> next() {
                List<Fields> chunk = new ArrayList<>();
                while (rows.hasNext() && chunk.size() < CHUNK) {
                    chunk.add(rows.next());
                }
                return chunk;
            }
        };
    }

    private Map<String, String> facts(Predictions predictions) {
        WeftConfig config = examination.config();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("checkpoint", model.directory());
        facts.put("model", config.model().architecture());
        facts.put("from", config.finetune().from());
        facts.put("method", config.finetune().method().word());
        if (!model.paramsSha256().isEmpty()) {
            facts.put("params_sha256", model.paramsSha256());
        }
        model.checkpoint()
                .map(checkpoint -> checkpoint.manifest().privacy())
                .ifPresent(spent -> facts.put("privacy", "epsilon=" + spent.epsilon() + " delta=" + spent.delta()));
        facts.putAll(examination.facts());
        if (predictions instanceof TagPredictions tags && tags.ignored() > 0) {
            facts.put("words without a token, in no metric", String.valueOf(tags.ignored()));
        }
        return facts;
    }

    /** One task's rows. */
    private record Share(StoredModel model, Examination examination, int batch) implements Serializable {
        private static final long serialVersionUID = 1L;

        ModelStage.Opened<List<Fields>, List<JudgedRow>> open() throws IOException {
            RowJudge judge = examination.open(model, batch);
            return new ModelStage.Opened<>() {
                @Override
                public List<JudgedRow> take(List<Fields> chunk) {
                    return judged(chunk, judge.judge(chunk));
                }

                @Override
                public void close() {
                    judge.close();
                }
            };
        }

        private List<JudgedRow> judged(List<Fields> chunk, List<Predictions.Row> rows) {
            List<JudgedRow> judged = new ArrayList<>();
            UnaryOperator<String> shown = Scrubber.ofExamples(
                            examination.config().dataset().privacy().phoneRegions())
                    .texts();
            for (int i = 0; i < rows.size(); i++) {
                Fields row = chunk.get(i);
                judged.add(new JudgedRow(RowFields.id(row), text(row, shown), group(row), rows.get(i)));
            }
            return judged;
        }

        /** Scrubbed before it is cut: half a card's number is known by the other half. */
        private String text(Fields row, UnaryOperator<String> shown) {
            StringBuilder text = new StringBuilder();
            for (String column : examination.inputColumns()) {
                text.append(text.isEmpty() ? "" : " | ").append(row.get(column));
            }
            if (text.length() <= LOOKED_AT) {
                String scrubbed = shown.apply(text.toString());
                return scrubbed.substring(0, Math.min(EXCERPT, scrubbed.length()));
            }
            String scrubbed = shown.apply(text.substring(0, LOOKED_AT));
            return scrubbed.substring(0, Math.max(0, Math.min(EXCERPT, scrubbed.length() - LONGEST_FINDING)));
        }

        private String group(Fields row) {
            String column = examination.config().dataset().groupColumn();
            return column.isEmpty() ? null : Groups.of(row, column);
        }
    }
}
