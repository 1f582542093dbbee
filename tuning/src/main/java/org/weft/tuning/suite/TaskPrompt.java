package org.weft.tuning.suite;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.tuning.task.Fields;

/**
 * Makes questions of a task's documents: description, examples and question, put together as the harness does it without a
 * chat template.
 *
 * @param number of the task in its suite
 * @param fields that documents have
 */
record TaskPrompt(SuiteTask task, int number, Set<String> fields) {

    /** Fails where the task names a field that no document has. */
    void requireFields() {
        PromptForm form = task.form();
        form.description().requireFields(task.name(), fields);
        form.text().requireFields(task.name(), fields);
        form.target().requireFields(task.name(), fields);
        if (form.choices() != null) {
            form.choices().requireFields(task.name(), fields);
        }
    }

    /**
     * The question about a document.
     *
     * @param at the document's number in its task
     * @param shots the examples before it
     */
    Question question(int at, Fields document, List<Fields> shots) {
        PromptForm form = task.form();
        if (task.output() == OutputType.LOGLIKELIHOOD_ROLLING) {
            return new Question(number, at, document.place(), "", "", List.of(target(document)), 0);
        }
        StringBuilder context = new StringBuilder(text(form.description(), document));
        for (Fields shot : shots) {
            context.append(question(shot));
            String answer = answer(shot);
            if (!answer.isEmpty()) {
                context.append(form.delimiters().target())
                        .append(answer)
                        .append(form.delimiters().fewshot());
            }
        }
        context.append(question(document));
        if (task.output() == OutputType.LOGLIKELIHOOD) {
            return new Question(number, at, document.place(), context.toString(), "", List.of(target(document)), 0);
        }
        List<String> choices = choices(document);
        return new Question(
                number,
                at,
                document.place(),
                context.toString(),
                form.delimiters().target(),
                choices,
                right(document, choices));
    }

    private String question(Fields document) {
        String text = text(task.form().text(), document);
        boolean written = !fields.contains(task.form().text().source());
        if (written && task.output() == OutputType.MULTIPLE_CHOICE && PythonText.isNumber(text)) {
            throw task.form()
                    .text()
                    .wrong(document, "the question is the number " + text + ": a choice of questions is not supported");
        }
        return text;
    }

    private String answer(Fields document) {
        if (task.output() == OutputType.LOGLIKELIHOOD) {
            return target(document);
        }
        List<String> choices = choices(document);
        return choices.get(right(document, choices));
    }

    private String target(Fields document) {
        return text(task.form().target(), document);
    }

    private String text(DocTemplate template, Fields document) {
        Object value = template.value(document, fields);
        if (value instanceof List || value instanceof Map) {
            throw template.wrong(document, "an array or an object where a text is expected");
        }
        return PythonText.of(value);
    }

    private List<String> choices(Fields document) {
        PromptForm form = task.form();
        if (form.choices() == null) {
            return form.listed();
        }
        Object value = form.choices().choices(document, fields);
        if (!(value instanceof List<?> list) || list.size() < 2) {
            throw form.choices().wrong(document, "an array of two answers or more is expected");
        }
        for (Object choice : list) {
            if (!(choice instanceof String text) || text.isEmpty()) {
                throw form.choices().wrong(document, "an answer is " + ("".equals(choice) ? "empty" : choice));
            }
        }
        return list.stream().map(String.class::cast).toList();
    }

    /** Its number, as a number or in the digits of a template, or else the answer itself. */
    private int right(Fields document, List<String> choices) {
        DocTemplate target = task.form().target();
        Object value = target.value(document, fields);
        boolean written = !fields.contains(target.source());
        int right;
        if (value instanceof Integer number) {
            right = number;
        } else if (value instanceof Boolean truth) {
            right = truth ? 1 : 0; // as Python counts
        } else if (written && value instanceof String digits && PythonText.isNumber(digits)) {
            right = Integer.parseInt(digits);
        } else {
            right = value instanceof String text ? choices.indexOf(text) : -1;
        }
        if (right < 0 || right >= choices.size()) {
            throw target.wrong(
                    document,
                    "the right answer is " + value + ": its number from 0, or one of the " + choices.size()
                            + " answers as it stands is expected");
        }
        return right;
    }
}
