package org.weft.serve;

import java.util.function.Consumer;

/** Completions and chats of a model that continues text. */
final class TextService implements ModelService {
    private final TextModel model;
    private final ServeOptions options;
    private final ServeMetrics metrics;
    private final TextRequestReader reader;
    private final ModelThread<TextInquiry> thread;

    TextService(TextModel model, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        this.model = model;
        this.options = options;
        this.metrics = metrics;
        int open = options.maxBatch() + options.queue();
        this.reader = new TextRequestReader(model, options.maxTokens(), open);
        WaitingLine<TextInquiry> line = new WaitingLine<>(open, options.timeout(), System::nanoTime);
        metrics.queue(line::length);
        this.thread = new ModelThread<>(line, () -> TextGeneration.open(model, options.maxBatch(), metrics), notices);
    }

    @Override
    public ServedModel model() {
        return model;
    }

    @Override
    public ModelThread<?> thread() {
        return thread;
    }

    @Override
    public void complete(JsonFields fields, Answer answer) {
        generate(reader.completion(fields), answer);
    }

    @Override
    public void chat(JsonFields fields, Answer answer) {
        generate(reader.chat(fields), answer);
    }

    private void generate(TextRequest request, Answer answer) {
        long start = System.nanoTime();
        TextAnswer text = new TextAnswer(
                model,
                request,
                answer,
                start + options.timeout().toNanos(),
                () -> metrics.firstToken((System.nanoTime() - start) * 1e-9));
        thread.submit(text.inquiries());
        answer.onGone(text::cancel);
    }

    @Override
    public void classify(JsonFields fields, Answer answer) {
        throw ApiException.notFound(
                null,
                model.name() + " is no classifier: it continues text; post a prompt to /v1/completions",
                "not_a_classifier");
    }
}
