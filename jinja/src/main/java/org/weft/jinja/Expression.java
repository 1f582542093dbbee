package org.weft.jinja;

/** A part of a template that stands for a value. Keeps nothing between two renderings. */
interface Expression {
    Object value(Scope scope);
}
