package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.junit.jupiter.api.Test;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.tuning.ml.WeftClassifier;
import org.weft.tuning.ml.WeftModel;

/** deploy/python says of each param what the Java classes say: name, doc, type and default. */
class PythonParamsTest {
    private static final Path PACKAGE = Path.of("..", "deploy", "python", "weft_spark");
    private static final Pattern PARAM = Pattern.compile(
            "Param\\(\\s*Params\\._dummy\\(\\),\\s*\"(\\w+)\",\\s*\"([^\"]*)\",\\s*typeConverter=TypeConverters\\.(\\w+),?\\s*\\)");
    private static final Pattern DEFAULTS = Pattern.compile("_setDefault\\(([^)]*)\\)");
    private static final Pattern DEFAULT = Pattern.compile("(\\w+)=(\"[^\"]*\"|[^,\\s]+)");

    @Test
    void theClassifiersParamsAreJavas() throws IOException {
        assertSame(new WeftClassifier(), read("columns.py") + read("classifier.py"));
    }

    /** Only a fit or a checkpoint makes a model; what it says of itself needs neither. */
    @Test
    void theModelsParamsAreJavas() throws ReflectiveOperationException, IOException {
        Constructor<WeftModel> made = WeftModel.class.getDeclaredConstructor(String.class, Checkpoint.class);
        made.setAccessible(true);
        assertSame(made.newInstance("model", null), read("columns.py") + read("model.py"));
    }

    private static void assertSame(Params java, String source) {
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> defaults = new TreeMap<>();
        for (Param<?> param : java.params()) {
            expected.put(param.name(), param.doc() + " | " + converter(param));
            if (java.hasDefault(param)) {
                defaults.put(param.name(), python(java.getOrDefault(param)));
            }
        }
        assertThat(params(source)).isEqualTo(expected);
        assertThat(defaults(source)).isEqualTo(defaults);
        for (String name : expected.keySet()) {
            String accessor = Character.toUpperCase(name.charAt(0)) + name.substring(1);
            assertThat(source).contains("def get" + accessor + "(self");
            // A model's way of predicting is the fit's to say.
            if (!name.equals("numericLabels")) {
                assertThat(source).contains("def set" + accessor + "(self");
            }
        }
    }

    /** PySpark imports the Java package of a stage that it reads. */
    @Test
    void everyJavaPackageOfAStageIsThere() {
        for (Class<?> stage : List.of(WeftClassifier.class, org.weft.trainer.ml.WeftClassifier.class)) {
            assertThat(PACKAGE.resolveSibling(stage.getPackageName().replace('.', '/'))
                            .resolve("__init__.py"))
                    .exists();
        }
    }

    private static String read(String file) throws IOException {
        return Files.readString(PACKAGE.resolve(file));
    }

    private static Map<String, String> params(String source) {
        return PARAM.matcher(source)
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2) + " | " + found.group(3)));
    }

    private static Map<String, String> defaults(String source) {
        Map<String, String> values = new TreeMap<>();
        DEFAULTS.matcher(source)
                .results()
                .map(found -> found.group(1))
                .flatMap(all -> DEFAULT.matcher(all).results().toList().stream())
                .forEach((MatchResult each) -> values.put(each.group(1), number(each.group(2))));
        return values;
    }

    /** 5e-05 as Java writes it. */
    private static String number(String value) {
        return value.matches("[\\d.]+e-?\\d+") ? String.valueOf(Double.parseDouble(value)) : value;
    }

    private static String converter(Param<?> param) {
        if (param instanceof IntParam || param instanceof LongParam) {
            return "toInt";
        }
        if (param instanceof BooleanParam) {
            return "toBoolean";
        }
        return param instanceof DoubleParam
                ? "toFloat"
                : param instanceof StringArrayParam ? "toListString" : "toString";
    }

    private static String python(Object value) {
        if (value instanceof String text) {
            return '"' + text + '"';
        }
        if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        if (value instanceof String[] texts) {
            assertThat(texts).isEmpty();
            return "[]";
        }
        return String.valueOf(value);
    }
}
