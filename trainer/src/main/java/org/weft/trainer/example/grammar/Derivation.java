package org.weft.trainer.example.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

/**
 * One draw from a grammar: a tree of alternatives, drawn where a text first asks for them and the same for all texts that ask again. Draw n of
 * a grammar is a function of the seed and n. For one thread.
 */
final class Derivation {
    /** A place in a text: {@code {rule}}, {@code {variable.form}}, {@code {^rule}} with a capital letter. */
    private static final Pattern PLACE =
            Pattern.compile("\\{(\\^?)(\\w+)(?:\\.(\\w+))?\\}", Pattern.UNICODE_CHARACTER_CLASS);

    private static final int DEEPEST = 60;

    private final Grammar grammar;
    private final long start;
    private final Node root;
    private long draws;
    private int nested;

    Derivation(Grammar grammar, String rule, long seed, long number) {
        this.grammar = grammar;
        this.start = SplitMix64.start(seed, number);
        this.root = new Node(drawn(rule, List.of()), null);
    }

    /** Whether braces stand in a text that are no place. */
    static boolean strays(String text) {
        String left = PLACE.matcher(text).replaceAll("");
        return left.indexOf('{') >= 0 || left.indexOf('}') >= 0;
    }

    /** A form of the whole. */
    String form(String name) {
        return root.text(name, true);
    }

    private double uniform() {
        return SplitMix64.uniform(start, draws++);
    }

    private WeftException endless(Alternative alternative) {
        return grammar.fault(alternative + " is asked for in its own text without end");
    }

    /** An alternative of a rule by its weight; none of those that are given, while there are others. */
    private Alternative drawn(String rule, List<Alternative> without) {
        List<Alternative> all = grammar.rule(rule);
        List<Alternative> left =
                all.stream().filter(other -> !without.contains(other)).toList();
        List<Alternative> among = left.isEmpty() ? all : left;
        double place =
                uniform() * among.stream().mapToDouble(Alternative::weight).sum();
        for (Alternative alternative : among) {
            place -= alternative.weight();
            if (place < 0) {
                return alternative;
            }
        }
        return among.get(among.size() - 1);
    }

    /** An alternative in its place: what its variables are, and what its places were drawn as. */
    private final class Node {
        private final Alternative alternative;
        private final Node above;
        private final int depth;
        private final Map<String, Node> variables = new LinkedHashMap<>();
        private final Map<String, Node> own = new HashMap<>();
        private final Map<String, List<String>> orders = new HashMap<>();

        Node(Alternative alternative, Node above) {
            this.alternative = alternative;
            this.above = above;
            this.depth = above == null ? 0 : above.depth + 1;
            if (depth > DEEPEST) {
                throw endless(alternative);
            }
            alternative.let().forEach((name, rule) -> variables.put(name, new Node(drawn(rule, taken(rule)), this)));
        }

        /** Variables of one kind that are bound together are different ones. */
        private List<Alternative> taken(String rule) {
            return variables.values().stream()
                    .map(node -> node.alternative)
                    .filter(other -> other.rule().equals(rule))
                    .toList();
        }

        String text(String form, boolean mustBe) {
            Alternative.Form found = mustBe ? alternative.forms().get(form) : alternative.formOrText(form);
            if (found == null) {
                throw grammar.fault(alternative + " has no form " + form);
            }
            if (++nested > DEEPEST) {
                throw endless(alternative);
            }
            List<String> parts = orders.computeIfAbsent(form, name -> ordered(found.parts()));
            StringBuilder text = new StringBuilder();
            for (String part : parts) {
                text.append(text.isEmpty() ? "" : " ").append(filled(part, form));
            }
            nested--;
            return text.toString();
        }

        private List<String> ordered(List<String> parts) {
            List<String> left = new ArrayList<>(parts);
            List<String> order = new ArrayList<>();
            while (left.size() > 1) {
                order.add(left.remove((int) (uniform() * left.size())));
            }
            order.addAll(left);
            return order;
        }

        private String filled(String template, String form) {
            Matcher place = PLACE.matcher(template);
            StringBuilder text = new StringBuilder();
            int end = 0;
            while (place.find()) {
                text.append(template, end, place.start());
                Node node = at(place.group(2));
                String word = place.group(3) == null ? node.text(form, false) : node.text(place.group(3), true);
                text.append(place.group(1).isEmpty() ? word : capital(word));
                end = place.end();
            }
            return text.append(template, end, template.length()).toString();
        }

        /** A variable of this alternative or one above it; else what this place was drawn as. */
        private Node at(String name) {
            for (Node node = this; node != null; node = node.above) {
                if (node.variables.containsKey(name)) {
                    return node.variables.get(name);
                }
            }
            Node found = own.get(name);
            if (found == null) {
                if (!grammar.has(name)) {
                    throw grammar.fault(alternative + " asks for " + name + ", which is no rule and no variable there");
                }
                found = new Node(drawn(name, List.of()), this);
                own.put(name, found);
            }
            return found;
        }
    }

    private static String capital(String word) {
        return word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
