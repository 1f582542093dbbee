package org.weft.jinja;

/** A part of a template that does something. Keeps nothing between two renderings. */
interface Statement {
    /** Where to go on after it. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow run(Scope scope, Output output);
}
