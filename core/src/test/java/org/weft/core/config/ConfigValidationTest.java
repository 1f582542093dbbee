package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message that validation has, and that the recipes raise none. */
class ConfigValidationTest {
    private static final Path CONF = Path.of("..", "conf");
    private static final String PRIVATE = "run: {dir: /tmp/run}\ntraining: {clip_norm: 0}\n"
            + "privacy: {noise_multiplier: 1, target_delta: 1.0e-5, seed_variable: SEED}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run.dir=                        | run.dir is not set; give a directory such as hdfs:///weft/weft",
                "run.name=' '                    | run.name is empty",
                "cluster.workers=0               | cluster.workers=0 must be at least 1",
                "cluster.servers=0               | cluster.servers=0 must be at least 1",
                "cluster.threads=0               | cluster.threads=0 must be at least 1",
                "cluster.residency=half          | cluster.residency=half must be one of whole, streamed",
                "cluster.engine=' '              | cluster.engine is empty",
                "dataset.unanswerable=maybe      | dataset.unanswerable=maybe must be one of auto, some, none",
                "cluster.device=tpu              | cluster.device=tpu must be one of cpu, cuda, auto",
                "cluster.executor_memory=1 GB    | cluster.executor_memory=1 GB is not a size such as 1g or 1024m",
                "cluster.start_timeout_seconds=0 | cluster.start_timeout_seconds=0 must be positive",
                "cluster.lease_seconds=0         | cluster.lease_seconds=0 must be positive",
                "cluster.step_timeout_seconds=0  | cluster.step_timeout_seconds=0 must be positive",
                "corpus.format=xml               | corpus.format=xml must be one of auto, text, jsonl, csv, tsv,"
                        + " parquet, html",
                "corpus.max_bad_fraction=1.0     | corpus.max_bad_fraction=1.0 must be in [0, 1)",
                "corpus.sources=[{name: a}]      | corpus.sources[a].input is empty: give files",
                "corpus.sources=[{name: A, input: x}] | corpus.sources[].name=A must be of a-z, 0-9, _ and -",
                "corpus.sources=[{name: a, input: x, weight: -1}] | corpus.sources[a].weight=-1.0 must be in",
                "corpus.sources=[{name: a, input: x}, {name: a, input: y}] | two of the name a: give each its own",
                "training.packing=tight          | training.packing=tight must be one of stream, greedy, best_fit",
                "training.curriculum=[{from_step: -1, weights: {a: 1}}] | training.curriculum[0].from_step=-1 must not"
                        + " be negative",
                "training.curriculum=[{from_step: 3, weights: {a: -1, b: 1}}] | training.curriculum[0].weights: a=-1.0"
                        + " must not be negative",
                "training.curriculum=[{from_step: 3, weights: {a: 0}}] | training.curriculum[0].weights={a=0.0} leaves"
                        + " nothing to draw from",
                "training.curriculum=[{from_step: 3}] | training.curriculum[0].weights is empty: give each source a"
                        + " weight",
                "training.curriculum=[{from_step: 3, weights: {a: x}}] | training.curriculum[0].weights={\"a\":\"x\"}"
                        + " is not numbers by name",
                "training.curriculum=[{from_step: 3, weights: {a: 1}}, {from_step: 3, weights: {a: 1}}] |"
                        + " training.curriculum[1].from_step=3 must be greater than that of the stage before",
                "corpus.sample_by=word           | corpus.sample_by=word must be one of paragraph, line, document",
                "corpus.val_fraction=1.0         | corpus.val_fraction=1.0 must be in [0, 1)",
                "corpus.val_fraction=-0.1        | corpus.val_fraction=-0.1 must be in [0, 1)",
                "corpus.shard_bytes=100          | corpus.shard_bytes=100 must be at least 65536",
                "corpus.sources=[{name: a, input: /a, format: parquet, encoding: windows-1252}] |"
                        + " corpus.sources[a].encoding has no effect on corpus.sources[a].format=parquet",
                "corpus.sources=[{name: a, input: /a, format: text, id_field: id}] | corpus.sources[a].id_field has no"
                        + " effect on corpus.sources[a].format=text: leave it out",
                "corpus.sources=[{name: a, input: /a, format: jsonl, sample_by: line}] | corpus.sources[a].sample_by"
                        + " has no effect on corpus.sources[a].format=jsonl",
                "corpus.decontaminate.ngram=12   | corpus.decontaminate.ngram and least_words are of"
                        + " corpus.decontaminate.against",
                "corpus.text_field=              | corpus.text_field is empty",
                "finetune.reweighing=label       | finetune.reweighing=label must be one of none, group",
                "finetune.reweighing=group       | finetune.reweighing=group is of finetune.task=classification, whose"
                        + " rows have one label: finetune.task=",
                "finetune.sampling=often         | finetune.sampling=often must be one of as_is, group_balanced",
                "finetune.sampling=group_balanced | finetune.sampling=group_balanced is of finetune.task=classification and"
                        + " multilabel: finetune.task=",
                "dataset.folds=1                 | dataset.folds=1 must be 0 or at least 2",
                "dataset.fold=1                  | dataset.fold=1 must be in [0, dataset.folds=0)",
                "dataset.folds=-3                | dataset.folds=-3 must be 0 or at least 2",
                "tokenizer.kind=word             | tokenizer.kind=word must be one of bpe, unigram, wordpiece, file,"
                        + " gpt2",
                "tokenizer.vocab_size=256        | tokenizer.vocab_size=256 must be at least 257",
                "tokenizer.special_tokens=[é]    | tokenizer.special_tokens=é is the token of a byte: write it as no"
                        + " text has it",
                "tokenizer.kind=file             | tokenizer.file is not set for tokenizer.kind=file",
                "model.architecture=rnn          | model.architecture=rnn must be one of gpt2",
                "model.layers=0                  | model.layers=0 must be at least 1",
                "model.width=0                   | model.width=0 must be at least 1",
                "model.heads=0                   | model.heads=0 must be at least 1",
                "model.heads=5                   | model.width=384 is not divisible by model.heads=5",
                "model.context=0                 | model.context=0 must be at least 1",
                "model.dropout=1                 | model.dropout=1.0 must be in [0, 1)",
                "training.steps=-1               | training.steps=-1 must not be negative",
                "training.lanes=6                | training.lanes=6 must be a power of two",
                "training.lanes=0                | training.lanes=0 must be a power of two",
                "training.micro_batch=0          | training.micro_batch=0 must be at least 1",
                "training.global_batch=0         | training.global_batch=0 must be at least 1",
                "training.global_batch=36        | training.global_batch=36 is not divisible into training.lanes=8",
                "training.micro_batch=3          | a lane's 4 sequences (training.global_batch=32 / training.lanes=8)"
                        + " are not divisible into training.micro_batch=3",
                "training.learning_rate=0        | training.learning_rate=0.0 must be positive",
                "training.min_learning_rate=-1   | must be in [0, training.learning_rate=6.0E-4]",
                "training.min_learning_rate=1    | must be in [0, training.learning_rate=6.0E-4]",
                "training.warmup_steps=-1        | training.warmup_steps=-1 must not be negative",
                "training.schedule=step          | training.schedule=step must be one of cosine, linear, constant, wsd",
                "training.decay_steps=-1         | training.decay_steps=-1 must not be negative",
                "training.decay_steps=5          | training.decay_steps=5 is for training.schedule=wsd, which is"
                        + " cosine",
                "training.weight_decay=-1        | training.weight_decay=-1.0 must not be negative",
                "training.beta1=1                | training.beta1=1.0 must be in [0, 1)",
                "training.beta2=-0.5             | training.beta2=-0.5 must be in [0, 1)",
                "training.epsilon=0              | training.epsilon=0.0 must be positive",
                "training.epsilon=1e-50          | training.epsilon=1.0E-50 is 0.0 in float32, in which it is used",
                "training.learning_rate=1e39     | training.learning_rate=1.0E39 is Infinity in float32, in which it"
                        + " is used",
                "training.weight_decay=1e-50     | training.weight_decay=1.0E-50 is 0.0 in float32, in which it is"
                        + " used",
                "training.clip_norm=-1           | training.clip_norm=-1.0 must not be negative",
                "training.precision=fp8          | training.precision=fp8 must be one of fp32",
                "training.quantization=int3      | training.quantization=int3 must be one of none, int8, int4",
                "training.quantization_group_size=32 | training.quantization_group_size=32 is for training.quantization=int4,"
                        + " which is none",
                "training.quantization_group_size=7 | training.quantization_group_size=7 must be an even number from 2"
                        + " on",
                "training.eval_every=-1          | training.eval_every=-1 must not be negative",
                "training.pruning.sparsity=0.3 | training.pruning.sparsity=0.3 has no effect with training.pruning.method=none: leave it out",
                "training.pruning={method: keep, every: 3} | training.pruning.every=3 has no effect with training.pruning.method=keep: leave it out",
                "training.pruning={method: magnitude, sparsity: 1, end_step: 9} | training.pruning.sparsity=1.0 must be more than 0 and less than 1",
                "training.pruning.method=magnitude | training.pruning.end_step=0 must be at least 1, and training.pruning.begin_step=0",
                "training.pruning={method: movement, begin_step: 5, end_step: 4} | training.pruning.end_step=4 must be at least 1, and training.pruning.begin_step=5",
                "training.pruning={method: magnitude, begin_step: -1, end_step: 4} | training.pruning.begin_step=-1 must not be negative",
                "training.pruning={method: magnitude, end_step: 4, every: 0} | training.pruning.every=0 must be at least 1",
                "training.eval_batches=0         | training.eval_batches=0 must be at least 1",
                "sync.mode=async                 | sync.mode=async must be one of bsp, local",
                "sync.delay=2                    | sync.delay=2 must be 0 or 1",
                "sync.parameters=int8            | sync.parameters=int8 must be one of auto, f32, bf16",
                "sync.parameters=bf16            | sync.parameters=bf16 would round parameters that"
                        + " training.precision=fp32 computes with as they are: set training.precision=bf16, or leave it"
                        + " auto",
                "sync.steps=0                    | sync.steps=0 must be positive",
                "training.muon_momentum=1.0      | training.muon_momentum=1.0 must be in [0, 1)",
                "sync.outer_momentum=1.0         | sync.outer_momentum=1.0 must be from 0 to below 1",
                "sync.warmup_steps=5             | sync.warmup_steps=5 must be 0 or more, and 0 with sync.delay=0 and"
                        + " sync.mode=bsp",
                "sync.inner_state=mean           | sync.inner_state=mean must be one of keep, reset",
                "sync.weight_prediction=true     | sync.weight_prediction=true is of sync.delay=1: with sync.delay=0"
                        + " no gradient is late",
                "sync.weight_prediction=maybe    | sync.weight_prediction=maybe must be one of auto, true, false",
                "checkpoint.every=0              | checkpoint.every=0 must be at least 1",
                "checkpoint.keep=0               | checkpoint.keep=0 must be at least 1",
                "checkpoint.commit=copy          | checkpoint.commit=copy must be one of auto, rename, direct",
                "checkpoint.retries=-1           | checkpoint.retries=-1 must not be negative",
                "checkpoint.save_timeout_seconds=0 | checkpoint.save_timeout_seconds=0 must be positive",
                "run.lease_seconds=1             | run.lease_seconds=1 must be at least 2",
            })
    void refuses(String override, String message) {
        String refused = ConfigLoaderTest.problem("run: {dir: /tmp/run}", override);
        assertThat(refused).contains(message);
        if (!override.contains("=0")) { // 0 may break two rules.
            assertThat(refused).doesNotContain("problems");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "distillation.temperature=0    | distillation.temperature=0.0 must be positive",
                "distillation.weight=0         | distillation.weight=0.0 must be in (0, 1]",
                "distillation.weight=1.5       | distillation.weight=1.5 must be in (0, 1]",
                "distillation.hidden=all       | distillation.hidden=all must be one of none, last, blocks",
                "distillation.hidden_loss=cosine | distillation.hidden_loss and hidden_weight have no effect with"
                        + " distillation.hidden=none",
                "distillation.teacher=''      | distillation has settings, and neither distillation.teacher nor"
                        + " distillation.logits is set",
                "distillation.hidden_loss=dot  | distillation.hidden_loss=dot must be one of mse, cosine",
                "distillation.hidden_weight=0  | distillation.hidden_weight=0.0 must be positive:"
                        + " distillation.hidden=none",
                "cluster.residency=streamed    | cluster.residency=streamed does not go with distillation.teacher",
            })
    void refusesBesideATeacher(String override, String message) {
        assertThat(ConfigLoaderTest.problem(
                        "run: {dir: /tmp/run}\ndistillation: {teacher: /t, temperature: 3}", override))
                .contains(message);
    }

    @Test
    void whatFollowsGroupsNeedsTheirColumn() {
        for (String setting : List.of("finetune.reweighing=group", "finetune.sampling=group_balanced")) {
            assertThat(ConfigLoaderTest.problem(
                            "run: {dir: /tmp/run}\nfinetune: {task: classification, from: b}", setting))
                    .contains(setting + " needs dataset.group_column: name the column");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "distillation.teacher=/t         | distillation.logits and distillation.teacher exclude each other",
                "distillation.hidden=last        | distillation.hidden=last needs distillation.teacher",
                "model.architecture=bert         | distillation.logits is of models that predict the next token:"
                        + " model.architecture=bert",
                "cluster.residency=streamed      | cluster.residency=streamed does not go with distillation.logits",
                "finetune.task=text              | distillation.logits is of a corpus: finetune.task=text needs"
                        + " distillation.teacher",
            })
    void refusesBesideWhatATeacherSaid(String override, String message) {
        assertThat(ConfigLoaderTest.problem("run: {dir: /tmp/run}\ndistillation: {logits: /l}", override))
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "privacy.target_epsilon=3      | privacy.noise_multiplier=1.0 and privacy.target_epsilon=3.0 exclude each"
                        + " other",
                "privacy.noise_multiplier=0.01 | privacy.noise_multiplier=0.01 must be at least 0.1: less protects nobody",
                "privacy.noise_multiplier=-1   | privacy.noise_multiplier=-1.0 must not be negative",
                "privacy.noise_multiplier=0    | privacy has settings, and neither privacy.noise_multiplier nor"
                        + " privacy.target_epsilon is set",
                "privacy.max_grad_norm=0       | privacy.max_grad_norm=0.0 must be positive",
                "privacy.target_delta=0        | privacy.target_delta=0.0 must be in (0, 1): give one below 1 / examples",
                "privacy.target_delta=1        | privacy.target_delta=1.0 must be in (0, 1)",
                "privacy.seed_variable=        | privacy needs a secret: name either privacy.seed_file or"
                        + " privacy.seed_variable",
                "privacy.seed_file=/f          | privacy needs a secret: name either privacy.seed_file or",
                "training.clip_norm=1          | training.clip_norm=1.0 would clip the noised sum by what it was without"
                        + " noise: set training.clip_norm=0",
                "training.non_finite=skip      | privacy does not go with training.non_finite=skip: which steps are skipped",
                "training.packing=greedy       | privacy does not go with training.packing=greedy: which documents share",
                "training.curriculum=[{from_step: 3, weights: {a: 1}}] | privacy does not go with training.curriculum",
                "corpus.sources=[{name: a, input: /a}, {name: b, input: /b}] | privacy does not go with several"
                        + " corpus.sources",
                "sync.mode=local               | privacy does not go with sync.mode=local: lanes' own steps are not noised",
                "sync.gradients=int8           | privacy does not go with sync.gradients=int8: rounding moves a sum",
                "cluster.residency=streamed    | privacy does not go with cluster.residency=streamed, where no example's",
            })
    void refusesBesidePrivacy(String override, String message) {
        assertThat(ConfigLoaderTest.problem(
                        PRIVATE, override, "training.eval_every=0", "checkpoint.every=50", "training.steps=200"))
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "finetune.task=embedding        | privacy does not go with finetune.task=embedding: a text's loss",
                "finetune.class_weights=balanced | privacy does not go with finetune.class_weights=balanced",
                "finetune.reweighing=group      | privacy does not go with finetune.reweighing=group",
                "finetune.sampling=group_balanced | privacy does not go with finetune.sampling=group_balanced: a row would be",
                "dataset.folds=3                | privacy does not go with dataset.folds=3: each row",
                "dataset.length_buckets=4       | dataset.length_buckets=4 has no effect with privacy",
            })
    void refusesBesidePrivateFineTuning(String override, String message) {
        String tuned = PRIVATE + "\nfinetune: {task: classification, from: /base, metric: loss}";
        assertThat(ConfigLoaderTest.problem(tuned, override)).contains(message);
        assertThatCode(() -> ConfigLoaderTest.load(tuned, "finetune.method=lora"))
                .doesNotThrowAnyException();
    }

    @Test
    void windowsAndPairsOfWindowsAreNoSingleExamples() {
        String tuned = PRIVATE + "\nfinetune: {task: qa, from: /base, metric: loss}";
        assertThat(ConfigLoaderTest.problem(tuned, "dataset.doc_stride=64"))
                .contains("privacy does not go with dataset.doc_stride=64: a row would be several examples");
        assertThat(ConfigLoaderTest.problem(
                        PRIVATE, "model.architecture=bert", "model.next_sentence=true", "model.token_types=2"))
                .contains("privacy does not go with model.next_sentence: a pair's second text is of another window");
    }

    /** Whose losses are of something else than tokens or labels. */
    @Test
    void aTeacherIsAskedForWhatItCanSay() {
        String taught = "run: {dir: /tmp/run}\ndistillation: {teacher: /t, hidden: blocks}\n";
        assertThat(ConfigLoaderTest.problem(taught, "model.architecture=bert", "model.next_sentence=true"))
                .contains("model.next_sentence does not go with distillation.teacher");
        assertThat(ConfigLoaderTest.problem(taught, "finetune.task=preference", "finetune.from=/base"))
                .contains("finetune.task=preference does not go with distillation.teacher");
        assertThat(ConfigLoaderTest.problem(
                        taught, "finetune.task=classification", "finetune.from=/base", "finetune.frozen_layers=-1"))
                .contains("distillation.hidden=blocks is of blocks that learn, and finetune.frozen_layers=-1 leaves"
                        + " none");
        assertThat(ConfigLoaderTest.problem(taught, "model.architecture=t5"))
                .contains("distillation.hidden=blocks is not of model.architecture=t5");
    }

    @Test
    void nothingIsPredictedWithoutAMeanOfGradients() {
        String[] settings = {
            "training.optimizer=sgd", "training.weight_decay=0", "sync.delay=1", "sync.weight_prediction=true"
        };
        assertThat(ConfigLoaderTest.problem("run: {dir: /tmp/run}", settings))
                .contains("sync.weight_prediction=true needs an optimizer that keeps where its next update leads,"
                        + " training.optimizer=sgd does not: leave it auto");
    }

    @Test
    void whatDoesNotGoWithMuonIsNamed() {
        String[][] cases = {
            {"sync.mode=local", "training.optimizer=muon does not go with sync.mode=local"},
            {"training.pruning.method=keep", "training.optimizer=muon does not go with training.pruning.method=keep"},
            {"finetune.method=lora", "training.optimizer=muon does not go with finetune.method=lora"},
            {"sync.weight_prediction=true", "training.optimizer=muon does not: leave it auto"},
        };
        for (String[] each : cases) {
            String delay = each[0].startsWith("sync.weight") ? "sync.delay=1" : "sync.delay=0";
            assertThat(ConfigLoaderTest.problem("run: {dir: /tmp/run}", "training.optimizer=muon", delay, each[0]))
                    .as(each[0])
                    .contains(each[1]);
        }
    }

    @Test
    void roundsOfLocalStepsBeginWithFloat32() {
        assertThat(ConfigLoaderTest.problem(
                        "run: {dir: /tmp/run}",
                        "training.precision=bf16",
                        "sync.mode=local",
                        "training.eval_every=0",
                        "sync.parameters=bf16"))
                .contains("sync.parameters=bf16 is of sync.mode=bsp: lanes begin their rounds with parameters in"
                        + " float32");
    }

    @Test
    void aBlankBeforeTextsIsOfTokenizersThatKnowBlanks() {
        for (String kind : List.of("wordpiece", "gpt2")) {
            assertThat(ConfigLoaderTest.problem(
                            "run: {dir: /tmp/run}", "tokenizer.kind=" + kind, "tokenizer.add_prefix_space=true"))
                    .contains("tokenizer.add_prefix_space has no effect on tokenizer.kind=" + kind);
        }
    }

    @Test
    void aVocabularyMustHoldTheTokensThatBertNeeds() {
        assertThat(ConfigLoaderTest.problem(
                        "run: {dir: /tmp/run}", "model.architecture=bert", "tokenizer.vocab_size=260"))
                .contains("tokenizer.vocab_size=260 must be at least 261 for model.architecture=bert");
        assertThatCode(() ->
                        ConfigLoaderTest.load("run: {dir: /x}", "model.architecture=bert", "tokenizer.vocab_size=261"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | false | 0.15 | model.context=1 must be at least 3 for model.architecture=bert: 2 tokens of a"
                        + " sequence are",
                "2 | false | 0.15 | model.context=2 must be at least 3 for model.architecture=bert: 2 tokens of a"
                        + " sequence are",
                "4 | true  | 0.15 | model.context=4 must be at least 5 for model.architecture=bert with"
                        + " model.next_sentence: 3",
                "8 | false | 0.95 | training.mask_fraction=0.95 of model.context=8 are 8 tokens to predict, but only 6"
                        + " of a",
            })
    void aMaskedSequenceMustHaveRoomForWhatIsPredicted(int context, boolean pairs, double fraction, String message) {
        assertThat(masked(context, pairs, fraction)).contains(message);
    }

    @ParameterizedTest
    @CsvSource({"3, false, 0.01", "5, true, 0.15", "8, false, 0.8"})
    void theShortestMaskedSequencesAreAccepted(int context, boolean pairs, double fraction) {
        assertThatCode(() -> ConfigLoaderTest.load("run: {dir: /x}", maskedSettings(context, pairs, fraction)))
                .doesNotThrowAnyException();
    }

    private static String masked(int context, boolean pairs, double fraction) {
        return ConfigLoaderTest.problem("run: {dir: /x}", maskedSettings(context, pairs, fraction));
    }

    private static String[] maskedSettings(int context, boolean pairs, double fraction) {
        return new String[] {
            "model.architecture=bert",
            "model.token_types=2",
            "model.next_sentence=" + pairs,
            "model.context=" + context,
            "training.mask_fraction=" + fraction
        };
    }

    @Test
    void acceptsTheEdges() {
        assertThatCode(() -> ConfigLoaderTest.load(
                        "run: {dir: /x}",
                        "training.steps=0",
                        "training.min_learning_rate=6e-4",
                        "training.clip_norm=0",
                        "training.eval_every=0",
                        "training.warmup_steps=0",
                        "training.beta1=0",
                        "corpus.val_fraction=0",
                        "tokenizer.kind=gpt2",
                        "tokenizer.vocab_size=1"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource
    void recipesLoad(Path recipe) throws IOException {
        String yaml = Files.readString(recipe);
        List<String> open = yaml.contains("  dir:") ? List.of() : List.of("run.dir=/tmp/run");
        WeftConfig config = ConfigLoader.load(recipe.toString(), yaml, open);
        assertThat(config.run().name()).isNotEqualTo(RunConfig.defaults().name());
        assertThatThrownBy(() -> ConfigLoader.load(recipe.toString(), yaml, List.of("run.dir=", "model.widht=1")))
                .hasMessageContaining("2 problems");
    }

    static Stream<Path> recipesLoad() throws IOException {
        try (Stream<Path> files = Files.list(CONF)) {
            List<Path> recipes = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
            assertThat(recipes).hasSizeGreaterThanOrEqualTo(4);
            return recipes.stream();
        }
    }

    /** One byte of a document's key tells its source. */
    @Test
    void moreSourcesThanCanBeToldApartAreRefused() {
        String sources = IntStream.range(0, 257)
                .mapToObj(i -> "{name: s" + i + ", input: x}")
                .collect(Collectors.joining(", ", "corpus.sources=[", "]"));
        assertThatThrownBy(() -> ConfigLoader.load("test", "run: {dir: /run}", List.of(sources)))
                .hasMessageContaining("corpus.sources has 257 of at most 256");
    }
}
