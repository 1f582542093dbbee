package org.weft.tuning.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.corpus.FirstTaskError;
import org.weft.corpus.source.InputPaths;
import org.weft.corpus.source.RowFiles;
import org.weft.corpus.source.TextEncoding;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.task.Fields;

/**
 * Reads documents of JSONL in the order in which they stand, the files by their paths. They stay as JSON has them, so that
 * whether two are equal does not depend on the others.
 */
record SuiteDocuments(JavaSparkContext spark, Store store) {

    /**
     * All documents of a split.
     *
     * @param task for errors
     */
    List<Fields> read(String task, List<String> paths) throws IOException {
        String key = "task " + task + ": dataset_kwargs.data_files";
        List<Store.Entry> files = InputPaths.files(store, key, paths);
        RowFiles rows = new RowFiles(
                spark,
                store,
                DatasetReader.PLACE,
                new TextEncoding("UTF-8", "dataset.encoding"),
                spark.sc().longAccumulator("unpaired surrogates"),
                spark.sc().collectionAccumulator("wide numbers"));
        List<Fields> documents = new ArrayList<>();
        for (String row :
                FirstTaskError.ends(spark, () -> rows.json(files, List.of()).collect())) {
            documents.add(fields(row));
        }
        if (documents.isEmpty()) {
            throw WeftException.invalidData(key + "=" + paths + " has no document", "give a file that has some");
        }
        return documents;
    }

    private static Fields fields(String row) {
        try {
            Map<String, Object> values =
                    Json.MAPPER.readValue(row, new TypeReference<LinkedHashMap<String, Object>>() {});
            Object place = values.remove(DatasetReader.PLACE);
            return new Fields(values, String.valueOf(place));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a row that was read as JSON", impossible);
        }
    }

    /** The fields that some document has. */
    static Set<String> fields(List<Fields> documents) {
        Set<String> fields = new LinkedHashSet<>();
        documents.forEach(document -> fields.addAll(document.values().keySet()));
        return fields;
    }
}
