package org.weft.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
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
        this.thread =
                new ModelThread<>(model.name(), line, () -> TextGeneration.open(model, options, metrics), notices);
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
    public List<String> endpoints() {
        return model.chat().isPresent()
                ? List.of(Endpoints.COMPLETIONS, Endpoints.CHAT)
                : List.of(Endpoints.COMPLETIONS);
    }

    @Override
    public void describe(ObjectNode served) {
        served.put("max_model_len", model.context());
        model.chat().ifPresent(template -> served.put("chat_template", template.name()));
    }

    @Override
    public void answer(String endpoint, JsonFields fields, Answer answer) {
        switch (endpoint) {
            case Endpoints.COMPLETIONS -> generate(reader.completion(fields), answer);
            case Endpoints.CHAT -> generate(reader.chat(fields), answer);
            default -> throw ModelService.absent(this, endpoint, "it continues text");
        }
    }

    private void generate(TextRequest request, Answer answer) {
        long start = answer.arrivedNanos();
        TextAnswer text = new TextAnswer(
                model,
                request,
                answer,
                start + options.timeout().toNanos(),
                () -> metrics.firstToken((System.nanoTime() - start) * 1e-9));
        thread.submit(text.inquiries());
        answer.onGone(text::cancel);
    }
}
