package org.weft.tuning.suite;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenizerFacts;
import org.weft.driver.run.LanguageModel;
import org.weft.driver.run.ModelStage;
import org.weft.engine.ModelReplica;
import org.weft.tuning.metrics.Probabilities;

/**
 * An open model that gives answers their likelihood. Text becomes tokens as lm-evaluation-harness does it for a causal
 * model of transformers: context and answer are encoded together and cut where the context's own tokens end, blanks at
 * the context's end belong to the answer, and what is too long loses its beginning. One sequence is computed at a time, so
 * that a likelihood does not depend on the others. Owned by the thread that opened it.
 */
final class Likelihoods implements ModelStage.Opened<Question, Question.Answer> {
    private final ModelReplica replica;
    private final TextTokenizer tokenizer;
    private final int context; // T
    private final List<OutputType> outputs; // of the suite's tasks
    private final int prefix; // stands before a text that has nothing before it
    private final String prefixText;

    private Likelihoods(
            ModelReplica replica, TextTokenizer tokenizer, int context, List<OutputType> outputs, int prefix) {
        this.replica = replica;
        this.tokenizer = tokenizer;
        this.context = context;
        this.outputs = outputs;
        this.prefix = prefix;
        this.prefixText = tokenizer.decode(new int[] {prefix});
    }

    static Likelihoods open(LanguageModel model, List<OutputType> outputs) throws IOException {
        TokenizerFile file = model.tokenizer();
        TextTokenizer tokenizer = TextTokenizer.of(file);
        try {
            int prefix = file.roles()
                    .text(TokenRoles.BEGIN)
                    .map(TokenizerFacts.ids(file)::get)
                    .orElseGet(() -> tokenizer.before().length > 0 ? tokenizer.before()[0] : tokenizer.endOfText());
            return new Likelihoods(
                    model.replica(), tokenizer, model.config().model().context(), outputs, prefix);
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public Question.Answer take(Question question) {
        OutputType output = outputs.get(question.task());
        int answers = question.answers().size();
        double[] logLikelihoods = new double[answers];
        boolean greedy = false;
        for (int i = 0; i < answers; i++) {
            String answer = question.answers().get(i);
            if (output == OutputType.LOGLIKELIHOOD_ROLLING) {
                logLikelihoods[i] = rolling(encoded(answer));
                continue;
            }
            Sequence sequence = pair(question, question.delimiter() + answer);
            if (output == OutputType.LOGLIKELIHOOD) {
                float[][] logits = replica.logits(
                        sequence.inputs(),
                        IntStream.range(sequence.ignored(), sequence.length()).toArray());
                logLikelihoods[i] = logProbability(logits, sequence.predicted());
                greedy = likeliest(logits, sequence.predicted());
            } else {
                logLikelihoods[i] = -replica.loss(sequence.batch());
            }
        }
        return new Question.Answer(question.task(), question.document(), logLikelihoods, greedy);
    }

    /**
     * Tokens of which the last are predicted.
     *
     * @param all (T + 1)
     * @param ignored how many of the T predictions are not asked for
     */
    private record Sequence(int[] all, int ignored) {
        int length() {
            return all.length - 1;
        }

        int[] inputs() {
            return Arrays.copyOf(all, length());
        }

        int[] predicted() {
            return Arrays.copyOfRange(all, ignored + 1, all.length);
        }

        Batch batch() {
            int[] targets = Arrays.copyOfRange(all, 1, all.length); // (T)
            Arrays.fill(targets, 0, ignored, Batch.IGNORED);
            return Batch.ofTokens(1, length(), inputs(), targets);
        }
    }

    private Sequence pair(Question question, String continuation) {
        String before = PythonText.stripped(question.context());
        String after = question.context().substring(before.length()) + continuation;
        int[] given = new int[] {prefix};
        int[] said;
        if (before.isEmpty()) {
            said = tokenizer.encode(after);
            if (said.length > 0 && said[0] == prefix) {
                said = Arrays.copyOfRange(said, 1, said.length);
            }
        } else {
            given = encoded(before);
            int[] whole = encoded(before + after);
            said = Arrays.copyOfRange(whole, Math.min(given.length, whole.length), whole.length);
        }
        if (said.length == 0 || said.length > context) {
            throw WeftException.invalidData(
                    "an answer of " + said.length + " tokens: it must have 1 to " + context + " (model.context): "
                            + question.place() + " answer=" + continuation,
                    "mend or remove the document");
        }
        return sequence(given, said);
    }

    /** Of which {@code said} is predicted; a beginning that is too long is cut off. */
    private Sequence sequence(int[] given, int[] said) {
        int[] all = Arrays.copyOf(given, given.length + said.length);
        System.arraycopy(said, 0, all, given.length, said.length);
        int from = Math.max(0, all.length - context - 1);
        return new Sequence(Arrays.copyOfRange(all, from, all.length), all.length - from - said.length - 1);
    }

    /** A text's tokens with those that its tokenizer puts around it, unless the text spells the first of them itself. */
    private int[] encoded(String text) {
        int[] ids = tokenizer.encode(text);
        return text.startsWith(prefixText) ? ids : tokenizer.framed(ids);
    }

    /** Each token is predicted once, those of a later window from at least one before it. */
    private double rolling(int[] ids) {
        int first = Math.min(context, ids.length);
        if (first == 0) {
            return 0;
        }
        double sum = -replica.loss(
                sequence(new int[] {prefix}, Arrays.copyOf(ids, first)).batch());
        for (int at = first; at < ids.length; at += context) {
            int end = Math.min(ids.length, at + context);
            int[] window = Arrays.copyOfRange(ids, end - context - 1, end);
            sum -= replica.loss(new Sequence(window, window.length - (end - at) - 1).batch());
        }
        return sum;
    }

    private static double logProbability(float[][] logits, int[] said) {
        double sum = 0;
        for (int t = 0; t < said.length; t++) {
            double largest = logits[t][Probabilities.largest(logits[t])];
            double total = 0;
            for (float logit : logits[t]) {
                total += Math.exp(logit - largest);
            }
            sum += logits[t][said[t]] - largest - Math.log(total);
        }
        return sum;
    }

    private static boolean likeliest(float[][] logits, int[] said) {
        return IntStream.range(0, said.length).allMatch(t -> Probabilities.largest(logits[t]) == said[t]);
    }

    @Override
    public void close() {
        replica.close();
        tokenizer.close();
    }
}
