package org.weft.jinja;

/**
 * What is not there. It writes nothing, has no elements and is false; whoever wants more of it gets the reason.
 *
 * @param why the error's words
 */
record Undefined(String why) {
    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    JinjaException used() {
        return JinjaException.value(why);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
