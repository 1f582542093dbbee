package org.weft.trainer.prove;

/**
 * One link of the chain, looked at.
 *
 * @param name what kind of link it is
 * @param subject the file it is about
 * @param expected what another file says of it
 * @param found what it is; where it was not looked at, why
 */
public record Link(String name, String subject, String expected, String found, Outcome outcome) {

    /** What came of a link. */
    public enum Outcome {
        SAME("same"),
        DIFFERS("DIFFERS"),
        /** By the version of Weft that wrote the file; nobody can know whether all is well. */
        NOT_RECORDED("not recorded"),
        /** There was nothing to look at, or nobody asked. */
        NOT_CHECKED("not checked");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** As people are told. */
        public String word() {
            return word;
        }
    }

    boolean differs() {
        return outcome == Outcome.DIFFERS;
    }
}
