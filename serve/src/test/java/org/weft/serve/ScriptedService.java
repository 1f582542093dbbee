package org.weft.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;

/** A model without a thread, which does with a request what a test says. */
final class ScriptedService implements ModelService {
    private final Consumer<Answer> script;
    private volatile boolean ended;

    ScriptedService(Consumer<Answer> script) {
        this.script = script;
    }

    /** The only one of a server. */
    Models models() {
        return new Models(List.of(model()), model -> this);
    }

    void end() {
        ended = true;
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public ServedModel model() {
        return new VectorModel("scripted", "", 1, 1, () -> null);
    }

    @Override
    public ModelThread<?> thread() {
        throw new AssertionError("there is none");
    }

    @Override
    public List<String> endpoints() {
        return Endpoints.OF_MODELS;
    }

    @Override
    public void describe(ObjectNode served) {
        // Its name says it all.
    }

    @Override
    public void answer(String endpoint, JsonFields fields, Answer answer) {
        script.accept(answer);
    }
}
