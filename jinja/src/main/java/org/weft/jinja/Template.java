package org.weft.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A chat template that was read. Immutable and safe for use by many threads.
 *
 * <p>It renders as {@code transformers.apply_chat_template} does: {@code trim_blocks}, {@code lstrip_blocks}, nothing escaped, {@code
 * break} and {@code continue}, {@code generation}, {@code raise_exception}, {@code strftime_now}, a {@code tojson} that
 * leaves characters as they are. What Jinja has beside it and chat templates do not use is refused by name.
 */
public final class Template {
    private final Statement statements;
    private final Set<String> mentioned;
    private final boolean strict;

    private Template(Statement statements, Set<String> mentioned, boolean strict) {
        this.statements = statements;
        this.mentioned = mentioned;
        this.strict = strict;
    }

    /**
     * Reads a template.
     *
     * @throws JinjaException where it is none, or has what is not known here
     */
    public static Template parse(String source) {
        return of(Lexer.tokens(source), false);
    }

    /**
     * Reads a template that is none of chats, as Jinja's own {@code StrictUndefined} and {@code keep_trailing_newline} have it: white
     * space stays as it stands, and what is not there is an error where it is used.
     *
     * @throws JinjaException where it is none, or has what is not known here
     */
    public static Template strict(String source) {
        return of(Lexer.plain(source), true);
    }

    private static Template of(List<Token> read, boolean strict) {
        Tokens tokens = new Tokens(read);
        return new Template(Parser.all(tokens), tokens.mentioned(), strict);
    }

    /** Whether it has a name anywhere, such as {@code tools}, or with a dot before it an attribute's or a key's. */
    public boolean mentions(String name) {
        return mentioned.contains(name);
    }

    /** Whether it says itself what the assistant says. */
    public boolean marksGeneration() {
        return mentions("generation");
    }

    /**
     * What it writes of some values: null, truth values, numbers, texts, lists and maps with texts as keys.
     *
     * @param now what {@code strftime_now} writes; null to leave that function out, so that today's date is in no text
     * @throws JinjaException where a value is not what the template needs, it refuses them, or does more than it may
     */
    public Rendered render(Map<String, ?> variables, LocalDateTime now, Limits limits) {
        Run run = new Run(limits, now, strict);
        Scope globals = new Scope(null, run);
        Globals.into(globals);
        Scope scope = globals.inner();
        Output output = Output.result();
        try {
            variables.forEach((name, value) -> scope.set(name, Values.of(value)));
            statements.run(scope, output);
        } catch (JinjaException refused) {
            throw refused;
        } catch (RuntimeException odd) { // a value that an operation has no answer for
            throw JinjaException.value("the template cannot be rendered: " + odd);
        } catch (StackOverflowError deep) { // nothing of this rendering is kept
            throw JinjaException.stopped(
                    "the template was stopped: it, or what it was given, has too much within each other");
        }
        return output.rendered();
    }
}
