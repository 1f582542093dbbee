package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.TokenizerFile;

/** Rows and configurations for the tests of tasks. */
final class TaskRows {
    private TaskRows() {}

    static Fields row(Object... keysAndValues) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Fields(values);
    }

    static WeftConfig config(String architecture, String task, String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "run.dir=/nowhere",
                "model.architecture=" + architecture,
                "model.context=32",
                "finetune.from=/nowhere/model",
                "finetune.task=" + task));
        all.addAll(List.of(overrides));
        return ConfigLoader.load("test", "", all);
    }

    static Encoder encoder(WeftConfig config) {
        return Encoder.open(
                config,
                new TokenizerFile(
                        config.model().causal() ? TinyTokenizers.bytes() : TinyTokenizers.letters(), "tokenizer.json"));
    }
}
