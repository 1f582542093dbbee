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
}
