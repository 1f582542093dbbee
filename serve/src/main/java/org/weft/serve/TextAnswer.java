package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.corpus.tokenizer.TokenSpelling;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.TokenScore;

/**
 * The texts of one request on their way to its client, whole or piece by piece. Filled by the model's thread; a text that
 * fails fails all.
 */
final class TextAnswer {
    private final TextModel model;
    private final TextRequest request;
    private final Answer answer;
    private final Runnable onFirstToken;
    private final TokenSpelling spelling; // of all its texts; null where nobody asked for scores
    private final TextShape shape;
    private final Choice[] choices;
    private final List<TextInquiry> inquiries;
    private int left;
    private int tokens;
    private boolean begun;
    private boolean failed;

    /** @param onFirstToken run when the first token of the first text is there */
    TextAnswer(TextModel model, TextRequest request, Answer answer, long deadlineNanos, Runnable onFirstToken) {
        this.model = model;
        this.request = request;
        this.answer = answer;
        this.onFirstToken = onFirstToken;
        this.shape = new TextShape(model, request);
        this.spelling = request.delivery().scored() ? new TokenSpelling(model.tokenizer()) : null;
        this.choices = IntStream.range(0, request.texts())
                .mapToObj(index -> new Choice(index))
                .toArray(Choice[]::new);
        this.left = choices.length;
        List<TextInquiry> made = new ArrayList<>();
        for (Choice choice : choices) {
            made.add(new TextInquiry(request.wish(choice.index, model.context()), deadlineNanos, choice));
        }
        this.inquiries = List.copyOf(made);
    }

    /** One for each text, to be handed to the thread. */
    List<TextInquiry> inquiries() {
        return inquiries;
    }

    /** Nobody waits any more. */
    void cancel() {
        inquiries.forEach(Inquiry::cancel);
    }

    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        onFirstToken.run();
        if (request.delivery().stream() && request.chat()) {
            for (Choice choice : choices) {
                answer.event(shape.opening(choice.index).toString());
            }
        }
    }

    private void end() {
        int prompt = request.prompts().stream()
                .mapToInt(each -> each.tokens().length)
                .sum();
        if (request.delivery().stream()) {
            if (request.delivery().usage()) {
                ObjectNode last = shape.frame(true);
                TextShape.usage(last, prompt, tokens);
                answer.event(last.toString());
            }
            answer.event("[DONE]");
            answer.endEvents();
            return;
        }
        ObjectNode whole = shape.frame(false);
        List<Choice> answered = answered();
        for (int index = 0; index < answered.size(); index++) {
            Choice choice = answered.get(index);
            shape.choice(whole, index, choice.text.toString(), choice.logProbabilities(), choice.reason);
        }
        TextShape.usage(whole, prompt, tokens);
        answer.json(200, whole);
    }

    /** All of them; of each prompt the best, where more were generated than are wanted, in their order. */
    private List<Choice> answered() {
        TextRequest.Choices wanted = request.choices();
        if (!wanted.ranked()) {
            return List.of(choices);
        }
        List<Choice> best = new ArrayList<>();
        for (int from = 0; from < choices.length; from += wanted.generated()) {
            Arrays.stream(choices, from, from + wanted.generated())
                    .sorted(Comparator.comparingDouble(Choice::meanLogProbability)
                            .reversed())
                    .limit(wanted.answered())
                    .forEach(best::add);
        }
        return best;
    }

    /** One of the texts. */
    private final class Choice implements TextListener {
        private final int index;
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder unsent = new StringBuilder(); // of a stream
        private final TokenLog log; // null where nobody asked for it
        private FinishReason reason;
        private int promptScores; // that come before those of tokens that were chosen
        private int scores;
        private double sum; // of log-probabilities
        private boolean spoke;

        Choice(int index) {
            this.index = index;
            TextRequest.Prompt prompt = request.promptOf(index);
            boolean echo = request.delivery().echo();
            this.promptScores = request.delivery().promptScored() ? prompt.tokens().length - 1 : 0;
            this.log = spelling == null ? null : new TokenLog(spelling, prompt, echo, request.chat());
            if (echo) {
                say(prompt.text() != null ? prompt.text() : TokenLog.spelt(model.tokenizer(), prompt.tokens()));
            }
        }

        JsonNode logProbabilities() {
            return log == null ? NullNode.instance : log.taken();
        }

        private void say(String said) {
            text.append(said);
            unsent.append(said);
        }

        private void send() {
            if (request.delivery().stream() && unsent.length() > 0) {
                answer.event(shape.piece(index, unsent.toString(), logProbabilities())
                        .toString());
            }
            unsent.setLength(0);
        }

        @Override
        public void scored(TokenScore score) {
            if (log != null) {
                log.add(score);
            }
            if (promptScores > 0) {
                promptScores--;
            } else {
                scores++;
                sum += score.logProbability();
            }
        }

        /** Of the tokens that the model chose. */
        double meanLogProbability() {
            return scores == 0 ? 0 : sum / scores;
        }

        @Override
        public void piece(String piece) {
            begin();
            say(spoke || !request.chat() ? piece : model.chat().orElseThrow().withoutGap(piece));
            spoke = true;
            send();
        }

        @Override
        public void ended(int chosen, FinishReason why) {
            begin();
            send(); // an echo that nothing followed
            reason = why;
            tokens += chosen;
            if (request.delivery().stream()) {
                answer.event(shape.ending(index, logProbabilities(), why).toString());
            }
            left--;
            if (left == 0) {
                end();
            }
        }

        @Override
        public void failed(ApiException failure) {
            if (!failed) {
                failed = true;
                cancel();
                answer.fail(failure);
            }
        }
    }
}
