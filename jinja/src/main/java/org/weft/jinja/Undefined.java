package org.weft.jinja;

/**
 * What is not there. It writes nothing, has no elements and is false; whoever wants more of it gets the reason. Where templates are
 * strict, whoever wants that much gets it, too: whether it is there may be asked, and what stands for it be said.
 *
 * @param why the error's words
 */
record Undefined(String why, boolean strict) {
    /** One that is forgiven. */
    Undefined(String why) {
        this(why, false);
    }

    static Undefined name(String name) {
        return name(name, false);
    }

    static Undefined name(String name, boolean strict) {
        return new Undefined("'" + name + "' is undefined", strict);
    }

    /** Fails where nothing is no value. */
    static void forgive(Object value) {
        if (value instanceof Undefined nothing && nothing.strict) {
            throw nothing.used();
        }
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
