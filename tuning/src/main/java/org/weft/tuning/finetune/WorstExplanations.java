package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.config.WeftConfig;
import org.weft.corpus.privacy.Scrubber;
import org.weft.driver.run.ModelStage;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.RowFields;
import org.weft.tuning.report.RowExplanation;
import org.weft.tuning.task.Fields;

/**
 * Why a model says what it says of the few rows that it is most wrong about. They are read once more, and explained one by one on
 * the executors; what comes back may be shown.
 *
 * @param config the model's, but for its dataset section
 */
record WorstExplanations(StoredModel model, WeftConfig config, Explaining how) implements Serializable {

    /** A row's explanation. */
    private record Found(String id, RowExplanation why) implements Serializable {}

    /**
     * Explains some rows.
     *
     * @param rows as they were judged
     * @param ids of all judged rows, in the order of their numbers
     * @param worst numbers of those to explain
     */
    Map<Integer, RowExplanation> of(JavaRDD<Fields> rows, List<String> ids, List<Integer> worst) {
        Set<String> wanted = new HashSet<>();
        worst.forEach(row -> wanted.add(ids.get(row)));
        Map<String, Fields> chosen = new LinkedHashMap<>(); // rows that are equal have one id, and one explanation
        rows.filter(row -> wanted.contains(RowFields.id(row)))
                .collect()
                .forEach(row -> chosen.putIfAbsent(RowFields.id(row), row));
        Map<String, RowExplanation> found = new HashMap<>();
        ModelStage.over(JavaSparkContext.fromSparkContext(rows.context()), new ArrayList<>(chosen.values()), this::open)
                .forEach(each -> found.put(each.id(), each.why()));
        Map<Integer, RowExplanation> byRow = new HashMap<>();
        worst.forEach(row -> byRow.put(row, found.get(ids.get(row))));
        return byRow;
    }

    private ModelStage.Opened<Fields, Found> open() throws IOException {
        ExplainingModel explaining = ExplainingModel.open(model, config, 1, how.steps());
        Function<String, List<Scrubber.Place>> places =
                Scrubber.ofExamples(config.dataset().privacy().phoneRegions()).places();
        return new ModelStage.Opened<>() {
            @Override
            public Found take(Fields row) {
                return new Found(RowFields.id(row), explaining.shown(row, how.method(), places));
            }

            @Override
            public void close() {
                explaining.close();
            }
        };
    }
}
