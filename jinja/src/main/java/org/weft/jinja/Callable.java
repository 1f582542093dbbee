package org.weft.jinja;

/** What can be called: a macro, a global function, a method of a text or a list. */
interface Callable {
    Object call(Arguments arguments, Run run);
}
