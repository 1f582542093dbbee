package org.weft.core.storage;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where everything of a run lies. Paths alone: nothing is read or written here.
 *
 * <pre>
 *   run.dir/
 *     config.yaml                  the configuration as it was used
 *     metrics.jsonl                a line a step, an evaluation, a checkpoint
 *     tokenizer.json               of a run without a corpus; beside it what says which tokens begin and end texts
 *     driver.lease/                who drives the run
 *     report.html                  what report wrote
 *     tensorboard/                 event files, where monitoring.tensorboard asks for them
 *     mlflow.json                  which run of MLflow's shows this one, where monitoring.mlflow names a server
 *     corpus/                      what prepare wrote; elsewhere where run.corpus says so
 *     dataset/                     encoded examples of a fine-tuning
 *     reference/                   the same of pairs of answers, with how likely the model at the start makes each
 *     checkpoints/
 *       step-00000200/
 *         shard-00000-of-00002-g0003.safetensors
 *         manifest.json            the commit
 *         set-aside-g0007.json     from here on only manifests of generation 7 or later count
 *       step-00000300.set-aside-g7/
 *     base/                        what does not learn, a run directory with a checkpoint of step 0
 *     initial/                     what fine-tuning starts from, another
 *     imported/                    what was taken over from elsewhere, another
 *     evaluation/                  results.json and report.html
 *     multiple-choice/             the same of answers that a language model chose among
 *     suite/                       results.json and samples of a suite of tasks
 *     fold-0/, fold-1/, …          runs of a cross-validation
 *     folds.json                   what it came to
 *     runs/NAME/                   runs of a sweep, each with a result.json
 *     results.json, sweep.html     what a sweep of sizes came to
 *     sweep.json, sweep.html       what a search of settings came to
 * </pre>
 *
 * @param path of the run
 * @param corpus directory of its corpus
 */
public record RunDirectory(String path, String corpus) implements Serializable {
    private static final String CHECKPOINTS = "checkpoints";

    private static final String STEP_PREFIX = "step-";

    private static final Pattern STEP = Pattern.compile("step-\\d{8}");
    private static final Pattern MARK = Pattern.compile("set-aside-g(\\d{1,9})\\.json");
    /** In names of shards' files, of what is left of them, and of directories that were set aside. */
    private static final Pattern GENERATION = Pattern.compile("-g(\\d{1,9})(?:\\.|$)");

    /** A run with its corpus inside. */
    public static RunDirectory of(String path) {
        return new RunDirectory(path, path + "/corpus");
    }

    /** The run that a checkpoint's {@code checkpoints/step-…} is in; its corpus may be elsewhere. */
    public static RunDirectory ofCheckpoint(String checkpointDirectory) {
        String directory = trimmed(checkpointDirectory);
        int step = directory.lastIndexOf('/');
        int checkpoints = step < 0 ? -1 : directory.lastIndexOf('/', step - 1);
        return of(checkpoints < 0 ? "." : directory.substring(0, checkpoints));
    }

    public String config() {
        return file("config.yaml");
    }

    public String metrics() {
        return file("metrics.jsonl");
    }

    public String tokenizer() {
        return file("tokenizer.json");
    }

    public String lease() {
        return file("driver.lease");
    }

    public String report() {
        return file("report.html");
    }

    public String tensorboard() {
        return file("tensorboard");
    }

    public String mlflow() {
        return file("mlflow.json");
    }

    public String dataset() {
        return file("dataset");
    }

    public String reference() {
        return file("reference");
    }

    public String evaluation() {
        return file("evaluation");
    }

    public String multipleChoice() {
        return file("multiple-choice");
    }

    public String suite() {
        return file("suite");
    }

    public RunDirectory base() {
        return of(file("base"));
    }

    public RunDirectory initial() {
        return of(file("initial"));
    }

    public RunDirectory imported() {
        return of(file("imported"));
    }

    public RunDirectory fold(int fold) {
        return of(file("fold-" + fold));
    }

    public String folds() {
        return file("folds.json");
    }

    /** A run of a sweep. */
    public RunDirectory sweep(String name) {
        return of(file("runs/" + name));
    }

    /** A file of another name beside these. */
    public String file(String name) {
        return path + "/" + name;
    }

    public String checkpoints() {
        return file(CHECKPOINTS);
    }

    /** The directory of a step's checkpoint. */
    public String step(int step) {
        return checkpoints() + "/" + stepName(step);
    }

    /** The file of one shard's part of a step's checkpoint. */
    public String shard(int step, int shard, int shards, int generation) {
        return step(step) + "/" + shardName(shard, shards, generation);
    }

    /** {@code step-00000200}: names in the order of steps. */
    public static String stepName(int step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    /** Whether a name is a checkpoint's. */
    public static boolean isStep(String name) {
        return STEP.matcher(name).matches();
    }

    /** The step in a checkpoint's name. */
    public static int stepOf(String name) {
        return Integer.parseInt(name.substring(STEP_PREFIX.length()));
    }

    /** Whether a name is a checkpoint's, or one's that was set aside. */
    public static boolean wasStep(String name) {
        return name.startsWith(STEP_PREFIX);
    }

    /** {@code shard-00000-of-00002-g0003.safetensors}. */
    public static String shardName(int shard, int shards, int generation) {
        return String.format(Locale.ROOT, "shard-%05d-of-%05d-g%04d.safetensors", shard, shards, generation);
    }

    /** What a checkpoint's directory is called once it was set aside for the sake of a generation. */
    public static String asideOf(String checkpointDirectory, int generation) {
        return checkpointDirectory + ".set-aside-g" + generation;
    }

    /** {@code set-aside-g0007.json}. */
    public static String markName(int generation) {
        return String.format(Locale.ROOT, "set-aside-g%04d.json", generation);
    }

    /** The generation of a mark's name; -1 where the name is another's. */
    public static int generationOfMark(String name) {
        Matcher matcher = MARK.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    /** The generation in any name among checkpoints, whatever is left around it; 0 where there is none. */
    public static int generationIn(String name) {
        Matcher matcher = GENERATION.matcher(name);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /** The last part of a path. */
    public static String nameOf(String path) {
        String directory = trimmed(path);
        return directory.substring(directory.lastIndexOf('/') + 1);
    }

    private static String trimmed(String path) {
        return path.replaceFirst("/+$", "");
    }
}
