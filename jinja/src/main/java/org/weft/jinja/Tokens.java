package org.weft.jinja;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.jinja.Token.Kind;

/** A template's tokens while they are read, what they name, and how deep the reader stands in them. */
final class Tokens {
    private final List<Token> tokens;
    private final Set<String> mentioned = new HashSet<>();
    private int at;
    private int depth;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return peek(0);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        at++;
        return token;
    }

    boolean skip(String sign) {
        return skipIf(peek().operator(sign));
    }

    boolean skipName(String word) {
        return skipIf(peek().name(word));
    }

    private boolean skipIf(boolean there) {
        at += there ? 1 : 0;
        return there;
    }

    void expect(String sign) {
        if (!skip(sign)) {
            throw JinjaException.syntax("expected " + sign + ", found " + peek(), peek().line());
        }
    }

    void expect(Kind kind) {
        if (next().kind() != kind) {
            at--;
            throw unexpected(peek());
        }
    }

    Token expectName() {
        Token name = next();
        if (name.kind() != Kind.NAME) {
            throw unexpected(name);
        }
        return name;
    }

    /** Whether an expression can go no further. */
    boolean ends() {
        Token next = peek();
        return next.kind() == Kind.BLOCK_END
                || next.kind() == Kind.VALUE_END
                || next.operator(")")
                || next.operator("]")
                || next.name("in");
    }

    JinjaException unexpected(Token token) {
        return JinjaException.syntax("unexpected " + token, token.line());
    }

    void deeper() {
        if (++depth > Limits.NESTING) {
            throw tooDeep();
        }
    }

    void shallower() {
        depth--;
    }

    JinjaException tooDeep() {
        return JinjaException.stopped("the template has more within each other than is allowed")
                .at(peek().line());
    }

    /** Remembers a name, or with a dot before it an attribute's. */
    void mention(String name) {
        mentioned.add(name);
    }

    Set<String> mentioned() {
        return Set.copyOf(mentioned);
    }
}
