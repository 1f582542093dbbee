package org.weft.tuning.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.corpus.FirstTaskError;
import org.weft.driver.run.LanguageModel;
import org.weft.driver.run.ModelStage;
import org.weft.tuning.task.Fields;

/**
 * Asks a model all questions of a suite in one Spark stage. Questions are made by the driver, which sees what is wrong with
 * a document before any is computed; the result does not depend on how they are dealt to tasks.
 */
public final class SuiteJob {
    private final JavaSparkContext spark;
    private final Store store;

    public SuiteJob(JavaSparkContext spark, Store store) {
        this.spark = spark;
        this.store = store;
    }

    /** The scores of each task, in the suite's order. */
    public List<TaskScores> run(LanguageModel model, List<SuiteTask> tasks) throws IOException {
        if (!model.config().model().continuesText()) {
            throw WeftException.usage(
                    model.directory() + " does not predict the next token: it gives texts no likelihood",
                    "--suite is for language models: GPT-2, Llama and their kin");
        }
        List<List<Question>> questions = new ArrayList<>();
        for (SuiteTask task : tasks) {
            questions.add(questions(task, questions.size()));
        }
        List<Question.Answer> answers = answers(model, tasks, questions);
        List<TaskScores> scores = new ArrayList<>();
        for (int t = 0; t < tasks.size(); t++) {
            int number = t;
            List<Question.Answer> own = answers.stream()
                    .filter(answer -> answer.task() == number)
                    .sorted(Comparator.comparingInt(Question.Answer::document))
                    .toList();
            scores.add(new TaskScores(tasks.get(t), questions.get(t), own));
        }
        return scores;
    }

    private List<Question> questions(SuiteTask task, int number) throws IOException {
        SuiteDocuments documents = new SuiteDocuments(spark, store);
        List<Fields> judged = documents.read(task.name(), task.files().judged());
        List<Fields> pool = task.files().shots().isEmpty()
                ? List.of()
                : documents.read(task.name(), task.files().shots());
        Set<String> fields = SuiteDocuments.fields(judged);
        TaskPrompt prompt = new TaskPrompt(task, number, fields);
        prompt.requireFields();
        ShotSampler sampler = new ShotSampler(task, pool);
        List<Question> questions = new ArrayList<>();
        for (Fields document : judged) {
            questions.add(prompt.question(questions.size(), document, sampler.next(document)));
        }
        return questions;
    }

    private List<Question.Answer> answers(LanguageModel model, List<SuiteTask> tasks, List<List<Question>> questions)
            throws IOException {
        List<OutputType> outputs = tasks.stream().map(SuiteTask::output).toList();
        int all = questions.stream().mapToInt(List::size).sum();
        int shares = Math.min(all, Math.max(1, spark.defaultParallelism()));
        return FirstTaskError.ends(
                spark,
                () -> ModelStage.over(
                        spark.parallelize(dealt(questions, shares), shares), () -> Likelihoods.open(model, outputs)));
    }

    /** Round after round, so that a task of long documents is not one share's. */
    private static List<Question> dealt(List<List<Question>> questions, int shares) {
        List<Question> all = questions.stream().flatMap(List::stream).toList();
        List<Question> dealt = new ArrayList<>();
        for (int share = 0; share < shares; share++) {
            for (int i = share; i < all.size(); i += shares) {
                dealt.add(all.get(i));
            }
        }
        return dealt;
    }
}
