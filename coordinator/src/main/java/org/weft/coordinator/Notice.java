package org.weft.coordinator;

/**
 * Something that an operator would want to read.
 *
 * @param member whom it is about, such as {@code worker 3}; empty where it is about the run
 * @param executor where that member is or was; empty where that is not known
 * @param text complete, with names
 */
public record Notice(RunEvent kind, String member, String executor, String text) {

    /** About the run as a whole. */
    static Notice of(RunEvent kind, String text) {
        return new Notice(kind, "", "", text);
    }

    /** About a member: its name, its place, and what is said of it. */
    static Notice of(RunEvent kind, Member member, String said) {
        return new Notice(kind, member.role.name(member.id), member.executor, member + said);
    }

    /** @param replaced whose place it takes; null where nobody had it */
    static Notice joined(Member member, Member replaced) {
        return replaced == null
                ? of(RunEvent.JOINED, member, " joined")
                : of(RunEvent.REPLACED, member, " joined in place of an earlier attempt");
    }

    static Notice silent(Member member, int seconds) {
        return of(RunEvent.LOST, member, " gave no sign of life for " + seconds + " s and is given up");
    }

    /** @param present the member of that name that is here, whose executor is meant; null where there is none */
    static Notice failed(String name, Member present, String cause) {
        return new Notice(RunEvent.LOST, name, present == null ? "" : present.executor, name + " failed: " + cause);
    }
}
