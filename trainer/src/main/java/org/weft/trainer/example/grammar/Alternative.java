package org.weft.trainer.example.grammar;

import java.util.List;
import java.util.Map;

/**
 * One way to go on from a rule: texts that belong together, each with a name.
 *
 * @param rule whose alternative it is
 * @param number from 1 on in its rule, for messages
 * @param weight of being drawn, beside the others'
 * @param let variables by name, with the rule that each is drawn by; alternatives below this one see them
 * @param forms by name
 */
record Alternative(String rule, int number, double weight, Map<String, String> let, Map<String, Form> forms) {
    /** What is meant where no form is named, and taken where an alternative does not tell forms apart. */
    static final String TEXT = "text";

    /**
     * A text with places for others.
     *
     * @param parts more than one are put in an order that is drawn
     */
    record Form(List<String> parts) {}

    /** The form, or the plain text where this alternative is the same in all forms; null for neither. */
    Form formOrText(String name) {
        Form form = forms.get(name);
        return form != null ? form : forms.get(TEXT);
    }

    @Override
    public String toString() {
        return "rule " + rule + ", alternative " + number;
    }
}
