package org.weft.coordinator;

import org.weft.core.protocol.Message;

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

    /**
     * What a member reports of its own end. Only of one that is here does that mean that somebody is missing now.
     *
     * @param present the member of that name that is here; null where there is none
     */
    static Notice failed(Message.MemberFailed report, Member present) {
        String name = report.role().name(report.id());
        String text = name + " failed: " + report.cause();
        return present != null && present.incarnation == report.incarnation()
                ? new Notice(RunEvent.LOST, name, present.executor, text)
                : new Notice(RunEvent.ATTEMPT_FAILED, name, "", text + " (an attempt that had no place in the run)");
    }
}
