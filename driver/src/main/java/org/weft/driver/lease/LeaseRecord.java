package org.weft.driver.lease;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.weft.core.Json;

/**
 * What a lease's file says.
 *
 * @param formatVersion of the file
 * @param term counts the drivers of a run; part of the file's name
 * @param owner id of the driver's lease, never given twice
 * @param driver who that is, for people
 * @param started when it took the lease, by its own clock, for people
 * @param leaseSeconds how long nobody may take over after a sign of life
 * @param sequence counts signs of life
 * @param generation the highest that this driver, or any before it, used or may be using
 * @param released whether the driver ended and gave the run back
 * @param began whether this driver, or one before it of the same application, set aside what the run's directory had beyond
 *     its start; null in a file of an earlier version
 * @param ending how the run ended, of a driver that gave it back because it had; null of one that did not get so far, and in a
 *     file of an earlier version
 * @param stopRequested whether somebody asked the run to end, from then on; null where nobody did
 * @param resumeStep that the driver was asked to go on from, or a driver before it that had not begun either; null for the
 *     newest checkpoint, and of a driver that began
 */
record LeaseRecord(
        int formatVersion,
        int term,
        String owner,
        DriverPlace driver,
        String started,
        int leaseSeconds,
        long sequence,
        int generation,
        boolean released,
        Boolean began,
        Ending ending,
        Boolean stopRequested,
        Integer resumeStep) {
    static final int FORMAT_VERSION = 1;

    private static final ObjectMapper JSON =
            Json.RECORDS.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * How a run ended.
     *
     * @param stopped whether it was asked to end before its last step
     * @param step that it ended at
     */
    record Ending(boolean stopped, int step) {}

    /** The next sign of life. */
    LeaseRecord renewed(int highestGeneration) {
        return with(sequence + 1, highestGeneration, false, began, null, stopRequested);
    }

    /** The same where nobody asked the run to end, else one that says so; to be written with the next sign of life. */
    LeaseRecord askedToStop(boolean asked) {
        return asked ? with(sequence, generation, released, began, ending, true) : this;
    }

    /** The same with a generation that is known to be used; to be written with the next sign of life. */
    LeaseRecord from(int highestGeneration) {
        return with(sequence, highestGeneration, released, began, ending, stopRequested);
    }

    /** The same of a driver that began. */
    LeaseRecord begun() {
        return with(sequence + 1, generation, false, true, null, stopRequested);
    }

    /**
     * The last word.
     *
     * @param how null where the run did not end
     */
    LeaseRecord ended(int highestGeneration, Ending how) {
        return with(sequence + 1, highestGeneration, true, began, how, stopRequested);
    }

    private LeaseRecord with(long signs, int highest, boolean last, Boolean begun, Ending how, Boolean asked) {
        return new LeaseRecord(
                formatVersion,
                term,
                owner,
                driver,
                started,
                leaseSeconds,
                signs,
                highest,
                last,
                begun,
                how,
                asked,
                Boolean.TRUE.equals(begun) ? null : resumeStep);
    }

    boolean hasBegun() {
        return Boolean.TRUE.equals(began);
    }

    /** Whether somebody asked the run to end, and the driver knew. */
    boolean stops() {
        return Boolean.TRUE.equals(stopRequested);
    }

    /** Whether an application began this run. */
    boolean begunBy(String application) {
        return hasBegun() && driver.application().equals(application);
    }

    byte[] toBytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Null where the bytes are no whole record: a writer died over them, where files do not appear at once. */
    static LeaseRecord parse(byte[] bytes) {
        try {
            LeaseRecord record = JSON.readValue(bytes, LeaseRecord.class);
            return record == null || record.owner == null || record.driver == null ? null : record;
        } catch (IOException e) {
            return null;
        }
    }

    /** "host h, process 7, application a, since t". */
    String who() {
        return driver.since(started);
    }
}
